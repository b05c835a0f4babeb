"""The tables of the first version.

They hold the place of everything the program will keep: branches, several answers to one question, queued turns, attachments,
summaries, tags, drafts, consents, reservations. A `seq` column gives the order of writing: wall clocks go back, it does not.
"""

from __future__ import annotations

V1 = """
CREATE TABLE sessions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL DEFAULT 'chat',
    title TEXT NOT NULL DEFAULT '',
    titled_by TEXT NOT NULL DEFAULT '',
    created REAL NOT NULL,
    updated REAL NOT NULL,
    mode TEXT,
    pin TEXT,
    strategy TEXT,
    system TEXT NOT NULL DEFAULT '',
    parameters TEXT NOT NULL DEFAULT '{}',
    leaf_id TEXT,
    turns INTEGER NOT NULL DEFAULT 0,
    draft TEXT NOT NULL DEFAULT '',
    kept_on_top REAL,
    archived REAL,
    deleted REAL
);
CREATE INDEX sessions_by_date ON sessions(updated);
CREATE TABLE tags (
    session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    created REAL NOT NULL,
    PRIMARY KEY (session_id, tag)
) WITHOUT ROWID;
CREATE TABLE consents (
    session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    host TEXT NOT NULL,
    created REAL NOT NULL,
    PRIMARY KEY (session_id, host)
) WITHOUT ROWID;
CREATE TABLE turns (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    parent_id TEXT REFERENCES turns(id) ON DELETE CASCADE,
    question TEXT NOT NULL,
    created REAL NOT NULL,
    ending TEXT,
    ended REAL,
    chosen_attempt TEXT,
    owner_id TEXT,
    indexed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX turns_by_session ON turns(session_id, seq);
CREATE INDEX turns_by_parent ON turns(parent_id);
CREATE INDEX turns_open ON turns(seq) WHERE ending IS NULL;
CREATE INDEX turns_queued ON turns(seq) WHERE ending = 'queued';
CREATE INDEX turns_unindexed ON turns(seq) WHERE indexed = 0;
CREATE TABLE blobs (
    sha256 TEXT PRIMARY KEY,
    body BLOB NOT NULL,
    created REAL NOT NULL
);
CREATE TABLE attachments (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    turn_id TEXT NOT NULL REFERENCES turns(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES blobs(sha256),
    created REAL NOT NULL
);
CREATE INDEX attachments_by_turn ON attachments(turn_id);
CREATE TABLE attempts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    turn_id TEXT NOT NULL REFERENCES turns(id) ON DELETE CASCADE,
    kind TEXT NOT NULL DEFAULT 'answer',
    model_id TEXT NOT NULL,
    host TEXT NOT NULL,
    locality TEXT NOT NULL,
    decision_id TEXT,
    text TEXT NOT NULL DEFAULT '',
    thinking TEXT NOT NULL DEFAULT '',
    ending TEXT,
    input_tokens INTEGER,
    output_tokens INTEGER,
    cache_read_tokens INTEGER,
    cache_write_tokens INTEGER,
    reasoning_tokens INTEGER,
    first_token_s REAL,
    total_s REAL,
    load_s REAL,
    prefill_s REAL,
    generate_s REAL,
    cost REAL,
    error TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    started REAL NOT NULL,
    ended REAL,
    owner_id TEXT,
    indexed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX attempts_by_turn ON attempts(turn_id, seq);
CREATE INDEX attempts_open ON attempts(seq) WHERE ending IS NULL;
CREATE INDEX attempts_unindexed ON attempts(seq) WHERE indexed = 0 AND ending IS NOT NULL;
CREATE TABLE passages (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    turn_id TEXT NOT NULL REFERENCES turns(id) ON DELETE CASCADE,
    attempt_id TEXT REFERENCES attempts(id) ON DELETE CASCADE
);
CREATE INDEX passages_by_turn ON passages(turn_id);
CREATE TABLE pieces (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    attempt_id TEXT NOT NULL REFERENCES attempts(id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    thinking TEXT NOT NULL,
    created REAL NOT NULL
);
CREATE INDEX pieces_by_attempt ON pieces(attempt_id, seq);
CREATE TABLE decisions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    turn_id TEXT NOT NULL REFERENCES turns(id) ON DELETE CASCADE,
    chosen TEXT,
    strategy TEXT NOT NULL,
    decision TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    micros INTEGER NOT NULL,
    version INTEGER NOT NULL,
    program TEXT NOT NULL,
    created REAL NOT NULL
);
CREATE INDEX decisions_by_turn ON decisions(turn_id, seq);
CREATE TABLE summaries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    turn_id TEXT NOT NULL REFERENCES turns(id) ON DELETE CASCADE,
    model_id TEXT,
    text TEXT NOT NULL,
    created REAL NOT NULL
);
CREATE INDEX summaries_by_turn ON summaries(turn_id);
CREATE TABLE placeholders (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    placeholder TEXT NOT NULL,
    kind TEXT NOT NULL,
    original TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    part_of TEXT,
    created REAL NOT NULL,
    UNIQUE (session_id, placeholder)
);
CREATE TABLE parts (
    sha256 TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    created REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE ledger (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    purpose TEXT NOT NULL DEFAULT '',
    session_id TEXT REFERENCES sessions(id) ON DELETE SET NULL,
    turn_id TEXT,
    attempt_id TEXT,
    host TEXT NOT NULL,
    model_id TEXT,
    locality TEXT,
    at REAL NOT NULL,
    last REAL NOT NULL,
    n INTEGER NOT NULL DEFAULT 1,
    failed INTEGER NOT NULL DEFAULT 0,
    ms REAL,
    tokens INTEGER,
    cost REAL,
    hidden TEXT NOT NULL DEFAULT '{}',
    sha256 TEXT,
    bytes INTEGER,
    frame BLOB
);
CREATE INDEX ledger_by_session ON ledger(session_id, host, seq);
CREATE INDEX ledger_by_attempt ON ledger(attempt_id);
CREATE INDEX ledger_contacts ON ledger(host, seq) WHERE kind = 'contact';
CREATE TABLE ledger_parts (
    ledger_id TEXT NOT NULL REFERENCES ledger(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    turn_id TEXT,
    attempt_id TEXT,
    role TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES parts(sha256),
    PRIMARY KEY (ledger_id, position)
) WITHOUT ROWID;
CREATE INDEX ledger_parts_by_part ON ledger_parts(sha256);
CREATE TABLE spend (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    attempt_id TEXT,
    model_id TEXT NOT NULL,
    reserved REAL,
    at REAL NOT NULL,
    usd REAL,
    how TEXT,
    settled REAL,
    owner_id TEXT
);
CREATE INDEX spend_by_date ON spend(at);
CREATE INDEX spend_open ON spend(seq) WHERE how IS NULL;
CREATE TABLE owners (
    id TEXT PRIMARY KEY,
    pid INTEGER NOT NULL,
    started TEXT,
    place TEXT NOT NULL,
    beat REAL NOT NULL,
    created REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE kept (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    at REAL NOT NULL
) WITHOUT ROWID;
"""
