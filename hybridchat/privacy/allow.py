"""Names that say nothing about the user: products, public bodies and public figures. Our own list; hidden at level high only."""

from __future__ import annotations

from functools import cache

from hybridchat.privacy.words import WordIndex, fold

# Software, services and standards that people ask questions about.
_PRODUCTS = """
    Windows, macOS, iOS, iPadOS, Android, Linux, Ubuntu, Debian, Fedora, Red Hat, Arch Linux, iPhone, iPad, MacBook, Apple
    Watch, Microsoft Word, Microsoft Excel, Excel, PowerPoint, Outlook, OneDrive, SharePoint, Microsoft Teams, Power BI,
    Visual Studio, VS Code, Visual Studio Code, Office 365, Microsoft 365, Google Docs, Google Sheets, Google Drive,
    Google Maps, Gmail, Chrome, Firefox, Safari, Edge, YouTube, WhatsApp, Telegram, Zoom, Slack, Discord, Trello, Jira,
    Confluence, Notion, Figma, Photoshop, Illustrator, Premiere Pro, After Effects, AutoCAD, Blender, Unity, Unreal
    Engine, Minecraft, Roblox, Tetris, Pokemon, ChatGPT, GPT, GPT-3, GPT-4, Claude, Gemini, Llama, Mistral, Copilot,
    Midjourney, Stable Diffusion, DALL-E, Alexa, Siri, Wikipedia, Stack Overflow, GitHub, GitLab, Bitbucket, Docker,
    Kubernetes, Helm, Terraform, Ansible, Jenkins, Python, Java, JavaScript, TypeScript, Rust, Kotlin, Swift, Scala,
    Haskell, Perl, Ruby, Ruby on Rails, Rails, PHP, Laravel, Symfony, Django, Flask, FastAPI, Spring, Spring Boot,
    Node.js, React, React Native, Angular, Vue, Svelte, Next.js, jQuery, Bootstrap, Tailwind, NumPy, Pandas, SciPy,
    Matplotlib, PyTorch, TensorFlow, Keras, OpenCV, Jupyter, MATLAB, SPSS, Stata, SAS, Tableau, LaTeX, Overleaf, MySQL,
    PostgreSQL, Postgres, SQLite, MongoDB, Redis, Kafka, RabbitMQ, Elasticsearch, Kibana, Grafana, Prometheus, Spark,
    Hadoop, Snowflake, BigQuery, Azure, AWS, Lambda, Nginx, Apache, Tomcat, WordPress, Shopify, WooCommerce, Magento,
    Drupal, Joomla, Wix, Bluetooth, Wi-Fi, Arduino, Raspberry Pi, Bitcoin, Ethereum, Markdown, HTML, CSS, XML, JSON, YAML,
    SQL, PDF, Unicode, PlayStation, Xbox, Nintendo Switch, Steam, Netflix, Spotify, Instagram, Facebook, Twitter,
    LinkedIn, TikTok, Reddit, Pinterest, Snapchat, Tinder, Airbnb, Uber, PayPal, Stripe, Visa, Mastercard, eBay, Etsy,
    Canva, Salesforce, HubSpot, Mailchimp, QuickBooks, Moodle, Duolingo, Grammarly, Kindle, Lightroom, Selenium,
    Playwright, Postman, Gradle, Maven, Webpack, Vite, ESLint, Babel, Homebrew, PowerShell, Bash, Vim, Emacs, IntelliJ,
    PyCharm, Eclipse, Xcode, Android Studio, Unity3D, Google Analytics, Google Ads, Scrum, Kanban, Agile, Lego, Monopoly,
    Dungeons & Dragons
"""
# Abbreviations of things that everybody has.
_SHORT = """
    RFC, TCP, UDP, IP, DNS, HTTP, HTTPS, API, APIs, URL, URI, CPU, GPU, RAM, SSD, USB, LLM, LLMs, NLP, AI, ML, CEO, CFO,
    CTO, HR, IT, PhD, MBA, BSc, MSc, FAQ, KPI, KPIs, ROI, SEO, CRM, ERP, SaaS, OAuth, JWT, SSL, TLS, SSH, FTP, VPN, LAN,
    WAN, GPS, LED, LCD, HDMI, DNA, RNA, PCR, MRI, CT, ECG, HIV, COVID, COVID-19, SARS, WWII, UFO, DIY, NFT, VR, AR, IoT,
    OS, UI, UX, IDE, SDK, CLI, ORM, REST, CRUD, CSV, PNG, JPEG, GIF, UTF-8, ASCII, XSS, CSRF, SSRF, CI, CD, QA, TDD, MVC,
    OOP, DevOps, GDP, VAT, USD, EUR, GBP, JPY, BTC, ETH, TV, DVD, OK, AM, PM, FYI, ASAP, TBD, MVP, B2B, B2C, PR, TTS, OCR,
    RGB, SVG, DOM, DataFrame, ArrayList, HashMap, JUnit, OpenAI, Earth, God, Internet
"""
_BODIES = """
    United Nations, UN, UNESCO, UNICEF, WHO, World Health Organization, World Bank, IMF, International Monetary Fund, WTO,
    NATO, OECD, European Union, EU, European Commission, European Parliament, European Council, Council of Europe,
    European Central Bank, ECB, European Court of Human Rights, European Court of Justice, Court of Justice, Union
    européenne, Unión Europea, Unia Europejska, Den Europæiske Union, Commission européenne, Cour européenne des droits de
    l'homme, Tribunal Europeo de Derechos Humanos, Den Europæiske Menneskerettighedsdomstol, Interpol, Europol, Red Cross,
    NASA, ESA, CERN, CDC, FDA, FBI, CIA, NSA, IRS, SEC, EPA, FCC, FTC, USDA, NHS, HMRC, BBC, Congress, Senate, House of
    Representatives, White House, Pentagon, Supreme Court, Parliament, House of Commons, House of Lords, Scotland Yard,
    Bundestag, Bundesrat, Sejm, Senat, Folketinget, Folketing, Højesteret, Assemblée nationale, Conseil d'État, Conseil
    constitutionnel, Cour de cassation, Congreso de los Diputados, Cortes Generales, Tribunal Supremo, Tribunal
    Constitucional, Sąd Najwyższy, Trybunał Konstytucyjny, ZUS, SKAT, Agencia Tributaria, Seguridad Social, ISO, IEEE,
    IETF, W3C, ITU, ANSI, FIFA, UEFA, IOC, Olympic Games, World Cup, Nobel Prize, OPEC, ASEAN, African Union,
    Commonwealth, Brexit, GDPR, HIPAA
"""
_FIGURES = """
    Jesus Christ, Buddha, Aristotle, Plato, Socrates, Confucius, Julius Caesar, Cleopatra, Alexander the Great, Napoleon,
    Napoleon Bonaparte, Shakespeare, William Shakespeare, Leonardo da Vinci, Michelangelo, Galileo, Galileo Galilei,
    Copernicus, Isaac Newton, Albert Einstein, Einstein, Charles Darwin, Marie Curie, Nikola Tesla, Thomas Edison, Alan
    Turing, Sigmund Freud, Karl Marx, Immanuel Kant, Nietzsche, Friedrich Nietzsche, Hegel, Descartes, René Descartes,
    Voltaire, John Locke, Adam Smith, Keynes, Machiavelli, Martin Luther King, Martin Luther, Mahatma Gandhi, Gandhi,
    Nelson Mandela, Abraham Lincoln, George Washington, Thomas Jefferson, Benjamin Franklin, Theodore Roosevelt, Franklin
    D. Roosevelt, Winston Churchill, Adolf Hitler, Hitler, Stalin, Joseph Stalin, Lenin, Vladimir Lenin, Mao Zedong, John
    F. Kennedy, Richard Nixon, Ronald Reagan, Margaret Thatcher, Bill Clinton, Hillary Clinton, George W. Bush, Barack
    Obama, Obama, Donald Trump, Joe Biden, Kamala Harris, Vladimir Putin, Putin, Volodymyr Zelensky, Xi Jinping, Angela
    Merkel, Emmanuel Macron, Rishi Sunak, Boris Johnson, Narendra Modi, Queen Elizabeth, King Charles, Pope Francis, Dalai
    Lama, Mozart, Wolfgang Amadeus Mozart, Beethoven, Ludwig van Beethoven, Johann Sebastian Bach, Picasso, Pablo Picasso,
    Van Gogh, Vincent van Gogh, Rembrandt, Goethe, Dostoevsky, Tolstoy, Leo Tolstoy, Cervantes, Victor Hugo, Balzac,
    Proust, Kafka, Franz Kafka, George Orwell, Jane Austen, Charles Dickens, Mark Twain, Ernest Hemingway, Agatha
    Christie, Tolkien, J. R. R. Tolkien, J. K. Rowling, H. C. Andersen, Hans Christian Andersen, Søren Kierkegaard, Niels
    Bohr, Mickiewicz, Adam Mickiewicz, Jan Paweł II, Elon Musk, Jeff Bezos, Bill Gates, Steve Jobs, Mark Zuckerberg, Tim
    Cook, Sam Altman, Warren Buffett, Harry Potter, Sherlock Holmes, Hamlet, Batman, Superman, Spider-Man, Mickey Mouse,
    Santa Claus, Darth Vader, Pythagoras, Pythagorean, Euclid, Archimedes, Gauss, Euler, Fourier, Laplace, Markov,
    Fibonacci, Fermat, Riemann, Gödel, Dijkstra, Kepler, Schrödinger, Heisenberg, Planck, Hawking, Stephen Hawking, Carl
    Sagan, Noam Chomsky, Chomsky, Maslow, Piaget, Vygotsky, Pavlov, Carl Jung
"""

# Capitalised in documents of courts and offices, and nobody's name: a run of these words alone says nothing.
_OFFICE_WORDS = """
    court courts government state states convention article articles section chapter act law rule rules committee commission
    chamber constitution parliament protocol treaty human rights fundamental freedoms protection supreme constitutional high
    appeal appeals district regional county city crown public prosecutor prosecution office ministry minister interior justice
    foreign affairs finance health education defence registrar president judge police republic kingdom union party parties
    cour gouvernement état etat convention chambre constitution parlement protocole droits homme libertés fondamentales
    sauvegarde cassation appel tribunal grande instance ministère intérieur affaires étrangères parquet procureur république
    royaume préfecture conseil section assemblée greffier président partie contractante code pénal civil procédure
    tribunal gobierno estado convenio artículo constitución parlamento protocolo derechos humanos libertades fundamentales
    protección supremo constitucional superior justicia audiencia nacional provincial juzgado juzgados penal instrucción primera
    instancia ministerio fiscal interior asuntos exteriores abogado abogacía república reino sección sala secretario presidente
    código civil procedimiento enjuiciamiento criminal ley orgánica boletín oficial demandante demandado hechos derecho ministro
    sąd sądu rząd rządu państwo konwencja konwencji konstytucja sejm senat protokół prawa człowieka wolności ochrona najwyższy
    konstytucyjny okręgowy rejonowy apelacyjny prokuratura prokurator ministerstwo minister sprawiedliwości wewnętrznych
    zagranicznych rzeczpospolita kodeks karny cywilny postępowania ustawa dziennik ustaw
    domstolen domstol regeringen regering staten konventionen konvention menneskerettigheder menneskerettighederne
    menneskerettighedskonvention menneskerettighedsdomstol grundlæggende frihedsrettigheder beskyttelse grundloven folketinget
    protokol artikel højesteret landsret landsretten østre vestre byret byretten statsadvokaten statsadvokat anklagemyndigheden
    justitsministeriet udenrigsministeriet ministeriet minister ministeren kongeriget kommunen politiet straffeloven
    retsplejeloven sagen klageren ansøgeren sagsøger sagsøgte tiltalte dommen retten nævnet ankenævnet
"""


@cache
def office_words() -> frozenset[str]:
    """Folded words of which a name of an office is made, and that alone name none."""
    return frozenset(fold(word) for word in _OFFICE_WORDS.split())


@cache
def allowed() -> WordIndex:
    """All of them, for looking up whole names."""
    return WordIndex(" ".join(name.split()) for group in (_PRODUCTS, _SHORT, _BODIES, _FIGURES) for name in group.split(","))
