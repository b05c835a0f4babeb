"""Shapes of the keys that services issue, from the vendors' own public documentation.

Each row: a literal that must occur for the pattern to run at all (a substring search is ~50 times cheaper than a
pattern), who issues it, and the pattern. Repeats are bounded and a look-behind bars a start within a run, so each
pattern is linear on any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_LONGEST = 2_000
_W = "A-Za-z0-9"
_ROWS: tuple[tuple[str, str, str], ...] = (
    ("AKIA", "AWS access key", r"AKIA[0-9A-Z]{16}"),
    ("ASIA", "AWS session key", r"ASIA[0-9A-Z]{16}"),
    ("ABIA", "AWS bearer key", r"ABIA[0-9A-Z]{16}"),
    ("ACCA", "AWS context key", r"ACCA[0-9A-Z]{16}"),
    ("ABSK", "AWS Bedrock key", r"ABSK[A-Za-z0-9+/]{100,270}={0,2}"),
    ("amzn.mws.", "Amazon MWS token", r"amzn\.mws\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    ("ghp_", "GitHub token", rf"ghp_[{_W}]{{30,255}}"),
    ("gho_", "GitHub OAuth token", rf"gho_[{_W}]{{30,255}}"),
    ("ghu_", "GitHub user token", rf"ghu_[{_W}]{{30,255}}"),
    ("ghs_", "GitHub app token", rf"ghs_[{_W}]{{30,255}}"),
    ("ghr_", "GitHub refresh token", rf"ghr_[{_W}]{{30,255}}"),
    ("github_pat_", "GitHub token", rf"github_pat_[{_W}_]{{40,255}}"),
    ("glpat-", "GitLab token", rf"glpat-[{_W}_.-]{{20,300}}"),
    ("gldt-", "GitLab deploy token", rf"gldt-[{_W}_-]{{20,64}}"),
    ("glrt-", "GitLab runner token", rf"glrt-[{_W}_.-]{{20,300}}"),
    ("glptt-", "GitLab trigger token", rf"glptt-[{_W}_-]{{20,64}}"),
    ("glsa_", "Grafana token", rf"glsa_[{_W}]{{32}}_[A-Fa-f0-9]{{8}}"),
    ("glc_", "Grafana Cloud token", rf"glc_[{_W}+/]{{32,400}}={{0,2}}"),
    ("GR1348941", "GitLab runner registration", rf"GR1348941[{_W}_-]{{20,30}}"),
    ("sk-ant-", "Anthropic key", rf"sk-ant-[{_W}_-]{{20,200}}"),
    ("sk-", "secret key", rf"sk-(?:proj-|svcacct-|admin-|or-v1-|lf-)?[{_W}_-]{{20,250}}"),
    ("sk_", "secret key", rf"sk_(?:live_|test_|prod_)?[{_W}]{{16,250}}"),
    ("rk_", "Stripe restricted key", rf"rk_(?:live|test)_[{_W}]{{16,250}}"),
    ("whsec_", "webhook secret", rf"whsec_[{_W}+/]{{24,100}}={{0,2}}"),
    ("gsk_", "Groq key", rf"gsk_[{_W}]{{30,100}}"),
    ("r8_", "Replicate token", rf"r8_[{_W}]{{30,60}}"),
    ("pplx-", "Perplexity key", rf"pplx-[{_W}]{{30,80}}"),
    ("xai-", "xAI key", rf"xai-[{_W}]{{60,120}}"),
    ("hf_", "Hugging Face token", rf"hf_[{_W}]{{30,60}}"),
    ("api_org_", "Hugging Face organisation token", rf"api_org_[{_W}]{{30,60}}"),
    ("AIza", "Google API key", rf"AIza[{_W}_-]{{35}}"),
    ("ya29.", "Google OAuth token", rf"ya29\.[{_W}_.-]{{16,400}}"),
    ("GOCSPX-", "Google client secret", rf"GOCSPX-[{_W}_-]{{24,40}}"),
    ("xox", "Slack token", rf"xox[abposr]-(?=[{_W}-]{{0,60}}\d)[{_W}-]{{20,250}}"),
    ("xoxe", "Slack refresh token", rf"xoxe(?:\.xox[bp])?-\d-[{_W}]{{40,250}}"),
    ("xapp-", "Slack app token", rf"xapp-\d-[{_W}-]{{30,250}}"),
    ("hooks.slack.com", "Slack hook", rf"hooks\.slack\.com/(?:services|workflows|triggers)/[{_W}/_-]{{20,150}}"),
    ("webhook.office.com", "Teams hook", rf"[{_W}.-]{{0,60}}webhook\.office\.com/webhookb2/[{_W}@/_-]{{30,250}}"),
    ("/api/webhooks/", "Discord hook", rf"discord(?:app)?\.com/api/webhooks/\d{{16,20}}/[{_W}_-]{{40,100}}"),
    ("SG.", "SendGrid key", rf"SG\.[{_W}_-]{{16,32}}\.[{_W}_-]{{32,64}}"),
    ("key-", "Mailgun key", r"key-[0-9a-f]{32}"),
    ("-us", "Mailchimp key", r"[0-9a-f]{32}-us\d{1,2}"),
    ("npm_", "npm token", rf"npm_[{_W}]{{36}}"),
    ("pypi-", "PyPI token", rf"pypi-[{_W}_-]{{50,500}}"),
    ("rubygems_", "RubyGems key", r"rubygems_[0-9a-f]{48}"),
    ("dckr_pat_", "Docker token", rf"dckr_pat_[{_W}_-]{{20,40}}"),
    ("dckr_oat_", "Docker token", rf"dckr_oat_[{_W}_-]{{20,40}}"),
    ("dop_v1_", "DigitalOcean token", r"dop_v1_[0-9a-f]{64}"),
    ("doo_v1_", "DigitalOcean OAuth token", r"doo_v1_[0-9a-f]{64}"),
    ("dor_v1_", "DigitalOcean refresh token", r"dor_v1_[0-9a-f]{64}"),
    ("shp", "Shopify token", r"shp(?:at|ca|pa|ss|ua)_[A-Fa-f0-9]{32}"),
    ("EAAA", "Square token", rf"EAAA[{_W}_-]{{56,64}}"),
    ("EAA", "Meta token", rf"EAA[{_W}]{{80,400}}"),
    ("sq0", "Square secret", rf"sq0(?:atp|csp|idp)-[{_W}_-]{{22,60}}"),
    ("SK", "Twilio key", r"SK[0-9a-f]{32}"),
    ("AC", "Twilio account", r"AC[0-9a-f]{32}"),
    ("HRKU-", "Heroku key", rf"HRKU-[{_W}_-]{{36,64}}"),
    ("dapi", "Databricks token", r"dapi[0-9a-f]{32}(?:-\d)?"),
    ("lin_api_", "Linear key", rf"lin_api_[{_W}]{{32,50}}"),
    ("lin_oauth_", "Linear token", rf"lin_oauth_[{_W}]{{32,80}}"),
    ("ntn_", "Notion token", rf"ntn_[{_W}]{{40,60}}"),
    ("secret_", "Notion token", rf"secret_[{_W}]{{43}}"),
    ("figd_", "Figma token", rf"figd_[{_W}_-]{{36,60}}"),
    ("PMAK-", "Postman key", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    ("AGE-SECRET-KEY-1", "age key", r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
    ("hvs.", "Vault token", rf"hvs\.[{_W}_-]{{24,200}}"),
    ("hvb.", "Vault batch token", rf"hvb\.[{_W}_-]{{24,300}}"),
    (".atlasv1.", "Terraform token", rf"[{_W}]{{14}}\.atlasv1\.[{_W}_-]{{60,70}}"),
    ("pul-", "Pulumi token", r"pul-[0-9a-f]{40}"),
    ("CCIPAT_", "CircleCI token", rf"CCIPAT_[{_W}]{{22}}_[0-9a-f]{{40}}"),
    ("sntrys_", "Sentry token", rf"sntrys_[{_W}+/=_-]{{60,400}}"),
    ("sntryu_", "Sentry token", r"sntryu_[0-9a-f]{64}"),
    ("NRAK-", "New Relic key", r"NRAK-[0-9A-Z]{27}"),
    ("NRJS-", "New Relic key", r"NRJS-[0-9a-f]{19}"),
    ("NRII-", "New Relic key", rf"NRII-[{_W}_-]{{32}}"),
    ("FlyV1", "Fly.io token", rf"FlyV1 fm\d[a-z]?_[{_W}+/=,_-]{{60,600}}"),
    ("fo1_", "Fly.io token", rf"fo1_[{_W}_-]{{43}}"),
    ("rnd_", "Render key", rf"rnd_[{_W}]{{28,40}}"),
    ("rdme_", "ReadMe key", r"rdme_[0-9a-z]{70}"),
    ("sbp_", "Supabase token", r"sbp_[0-9a-f]{40}"),
    ("pscale_", "PlanetScale secret", rf"pscale_(?:tkn|oauth|pw)_[{_W}=._-]{{32,64}}"),
    ("tskey-", "Tailscale key", rf"tskey-(?:auth|api|client|webhook|scim)-[{_W}]{{6,40}}-[{_W}]{{20,60}}"),
    ("duffel_", "Duffel token", rf"duffel_(?:test|live)_[{_W}_=-]{{43}}"),
    ("EZ", "EasyPost key", rf"EZ[AT]K[{_W}]{{54}}"),
    ("shippo_", "Shippo token", r"shippo_(?:live|test)_[0-9a-f]{40}"),
    ("pat", "Airtable token", rf"pat[{_W}]{{14}}\.[0-9a-f]{{64}}"),
    ("pat-", "HubSpot token", r"pat-(?:na|eu)\d-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    ("sl.", "Dropbox token", rf"sl\.(?:u\.)?[{_W}_-]{{60,1500}}"),
    ("ATATT3", "Atlassian token", rf"ATATT3[{_W}_=-]{{60,250}}"),
    ("ATCTT3", "Atlassian token", rf"ATCTT3[{_W}_=-]{{60,250}}"),
    ("ATBB", "Bitbucket password", rf"ATBB[{_W}]{{28,40}}"),
    ("AKCp", "Artifactory key", rf"AKCp[{_W}]{{40,80}}"),
    ("cmVmd", "Artifactory token", rf"cmVmd[{_W}]{{50,64}}"),
    ("oy2", "NuGet key", r"oy2[a-z0-9]{43}"),
    ("CLOJARS_", "Clojars token", r"CLOJARS_[0-9a-z]{60}"),
    ("pk.eyJ", "Mapbox token", rf"pk\.eyJ[{_W}]{{20,100}}\.[{_W}_-]{{20,30}}"),
    ("sk.eyJ", "Mapbox token", rf"sk\.eyJ[{_W}]{{20,100}}\.[{_W}_-]{{20,30}}"),
    ("~", "Azure client secret", rf"[{_W}_.-]{{3}}\dQ~[{_W}_.~-]{{31,34}}"),
    ("AccountKey=", "Azure storage key", r"(?<=AccountKey=)[A-Za-z0-9+/]{40,90}={0,2}"),
    ("SharedAccessKey=", "Azure bus key", r"(?<=SharedAccessKey=)[A-Za-z0-9+/]{30,90}={0,2}"),
    ("sig=", "Azure signature", r"(?<=[?&]sig=)[A-Za-z0-9%+/]{40,120}={0,2}"),
    (":AA", "Telegram bot token", rf"\d{{8,10}}:AA[{_W}_-]{{32,34}}"),
    ("LTAI", "Alibaba key", rf"LTAI[{_W}]{{16,24}}"),
    ("AKID", "Tencent key", rf"AKID[{_W}]{{32}}"),
    ("bkua_", "Buildkite token", r"bkua_[0-9a-f]{40}"),
    ("ops_eyJ", "1Password token", rf"ops_eyJ[{_W}+/]{{200,1500}}={{0,2}}"),
    ("A3-", "1Password key", r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}"),
    ("dp.", "Doppler token", rf"dp\.(?:pt|st|ct|sa|scim|audit)\.[{_W}._-]{{40,100}}"),
    ("dt0c01.", "Dynatrace token", r"dt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    ("sgp_", "Sourcegraph token", r"sgp_(?:(?:[0-9a-fA-F]{16}|local)_)?[0-9a-fA-F]{40}"),
    ("phc_", "PostHog key", rf"phc_[{_W}]{{32,60}}"),
    ("phx_", "PostHog key", rf"phx_[{_W}]{{32,60}}"),
    ("tfp_", "Typeform token", rf"tfp_[{_W}_.=-]{{40,80}}"),
    ("xkeysib-", "Brevo key", rf"xkeysib-[0-9a-f]{{64}}-[{_W}]{{16}}"),
    ("xsmtpsib-", "Brevo key", rf"xsmtpsib-[0-9a-f]{{64}}-[{_W}]{{16}}"),
    ("FLWSECK", "Flutterwave key", rf"FLWSECK(?:_TEST)?-[{_W}]{{12,64}}-X"),
    ("access_token$", "PayPal token", r"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}"),
    ("jina_", "Jina key", rf"jina_[{_W}_-]{{40,80}}"),
    ("tvly-", "Tavily key", rf"tvly-[{_W}-]{{20,60}}"),
    ("fw_", "Fireworks key", rf"fw_[{_W}]{{20,40}}"),
    ("nvapi-", "NVIDIA key", rf"nvapi-[{_W}_-]{{50,90}}"),
    ("csk-", "Cerebras key", rf"csk-[{_W}]{{40,60}}"),
    ("lsv2_", "LangSmith key", r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
)

_BEFORE = rf"(?<![{_W}])"
_AFTER = rf"(?![{_W}])"


@cache
def _compiled(shape: str) -> re.Pattern[str]:
    # On first need: all of them together cost 40 ms, and a text holds one or two kinds at most.
    return re.compile(f"{'' if shape.startswith('(?<=') else _BEFORE}{shape}{_AFTER}")


def vendor_keys(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """(start, end, issuer) of every key shape that begins in [start, end)."""
    part = text[start:end]
    for literal, issuer, shape in _ROWS:
        if literal in part:
            for match in _compiled(shape).finditer(text, start, min(len(text), end + _LONGEST)):
                if match.start() < end:
                    yield match.start(), match.end(), issuer
