//! A browser that does what people do: Chromium, by its driver.

use std::cell::Cell;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::webdriver::{Element, WebDriver};

/// How long something that was clicked may take to show.
const PATIENCE: Duration = Duration::from_secs(90);

/// How long a page may take to be readable.
const MOST_MILLIS: f64 = 1_000.0;

/// Compressed bytes of a page, with its style and scripts.
const MOST_BYTES: u64 = 100_000;

/// The driver's program, and the folder's name that says where it is instead.
const DRIVER: &str = "chromedriver";

/// The file of axe-core (<https://github.com/dequelabs/axe-core>), which is not in the repository: it is under the MPL.
const AXE: &str = "PROPENSO_AXE";

/// How a browser is opened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) width: u32,
    pub(super) is_dark: bool,
    pub(super) language: &'static str,
    pub(super) has_scripts: bool,
}

/// A wide window in Spanish.
pub(super) const WIDE: Window = Window {
    width: 1280,
    is_dark: false,
    language: "es-ES",
    has_scripts: true,
};

/// A wide window of who lets no script run.
pub(super) const PLAIN: Window = Window {
    has_scripts: false,
    ..WIDE
};

/// A telephone.
pub(super) const NARROW: Window = Window { width: 360, ..WIDE };

/// A browser with one window; it ends when dropped.
pub(super) struct Browser {
    driver: WebDriver,
    process: Child,
    window: Window,
    opened: Instant,
    /// What somebody did by hand so far: clicks, and fields that were filled in.
    acts: Cell<[u32; 2]>,
}

impl Browser {
    /// Opens one; `None`, and a line about what is left out, where there is no Chromium with its driver.
    pub(super) fn open(window: Window) -> Option<Self> {
        let (process, port) = start().inspect_err(|_| tell_left_out()).ok()?;
        Some(Self {
            driver: WebDriver::open(port, &capabilities(window)),
            process,
            window,
            opened: Instant::now(),
            acts: Cell::default(),
        })
    }

    /// Goes to a page and looks at it with care.
    pub(super) fn go(&self, url: &str) {
        self.driver.ask("POST", "/url", &json!({ "url": url }));
        self.look();
    }

    /// Clicks on what a selector names, when it is there.
    pub(super) fn click(&self, css: &str) {
        let clicked = self.driver.click(&self.find(css));
        clicked.unwrap_or_else(|error| panic!("{css}: {error}"));
        self.count([1, 0]);
    }

    /// Types into a field, in place of what is there.
    pub(super) fn type_into(&self, css: &str, text: &str) {
        let element = self.find(css);
        self.driver.clear(&element);
        self.driver.press(&element, text);
        self.count([0, 1]);
    }

    /// Presses keys in what a selector names: a file's path into a file's field, an arrow on a slider.
    pub(super) fn press(&self, css: &str, keys: &str) {
        self.driver.press(&self.find(css), keys);
        self.count([0, 1]);
    }

    fn count(&self, done: [u32; 2]) {
        let [clicks, fields] = self.acts.get();
        self.acts.set([clicks + done[0], fields + done[1]]);
    }

    /// Tells how much by hand a task took since the window was opened, and how long without whoever reads and thinks.
    pub(super) fn tell(&self, task: &str) {
        let [clicks, fields] = self.acts.get();
        let (width, took) = (self.window.width, self.opened.elapsed());
        eprintln!("{task} ({width}): {clicks} clicks, {fields} fields, {took:.1?}");
    }

    /// Waits for what a selector names.
    pub(super) fn find(&self, css: &str) -> Element {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.driver.find(css) {
                Some(element) => return element,
                None if Instant::now() < until => std::thread::sleep(Duration::from_millis(50)),
                None => panic!(
                    "there is no {css} on {}:\n{}",
                    self.url(),
                    self.text("body")
                ),
            }
        }
    }

    /// Waits for what a selector names at the end of longer work: where no script runs, by the link that asks again.
    pub(super) fn wait_through(&self, css: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.has(css) {
            let link = self.driver.find("noscript a");
            match link.filter(|_| !self.window.has_scripts) {
                // The page may have gone on meanwhile.
                Some(link) => drop(self.driver.click(&link)),
                None => std::thread::sleep(Duration::from_millis(50)),
            }
            assert!(
                Instant::now() < until,
                "there is no {css} on {}:\n{}",
                self.url(),
                self.text("body")
            );
        }
    }

    /// Tells whether what a selector names is there now.
    pub(super) fn has(&self, css: &str) -> bool {
        self.driver.find(css).is_some()
    }

    /// What is to be read in what a selector names. A part of a page may be replaced while it is read.
    pub(super) fn text(&self, css: &str) -> String {
        self.driver.text(&self.find(css))
    }

    /// Waits until a text can be read in what a selector names.
    pub(super) fn wait_for(&self, css: &str, text: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let found = self.text(css);
            if found.contains(text) {
                return;
            }
            assert!(
                Instant::now() < until,
                "{css} never says {text:?} but {found:?}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Where it is.
    pub(super) fn url(&self) -> String {
        let url = self.driver.ask("GET", "/url", &json!({}));
        url.as_str().unwrap().to_owned()
    }

    /// Runs a script in the page.
    pub(super) fn run(&self, script: &str) -> Value {
        self.driver.run(script, &[])
    }

    /// Keeps a picture of the page, where somebody asked for them.
    pub(super) fn picture(&self, name: &str) {
        let Ok(folder) = std::env::var("PROPENSO_PICTURES") else {
            return;
        };
        let tone = if self.window.is_dark { "dark" } else { "light" };
        let path = Path::new(&folder).join(format!("{name}-{}-{tone}.png", self.window.width));
        let height = self.run("return document.documentElement.scrollHeight");
        let height = height.as_u64().unwrap().clamp(600, 9_000);
        std::fs::write(&path, self.driver.picture(self.window.width, height)).unwrap();
    }

    /// Looks at a page with care: nothing was refused or went wrong, each control says what it is, the page is no wider than the window,
    /// and axe finds nothing, where it is at hand.
    pub(super) fn look(&self) {
        let url = self.url();
        let complaints = self.complaints();
        assert!(complaints.is_empty(), "{url}: {complaints:?}");
        self.assert_soon_readable(&url);
        assert_eq!(
            self.run(UNLABELLED),
            json!([]),
            "{url}: controls without a name"
        );
        assert_eq!(
            self.run(TOO_WIDE),
            json!([]),
            "{url}: wider than the window"
        );
        // Where no script runs, axe does not either.
        if let Some(axe) = axe().filter(|_| self.window.has_scripts) {
            self.run(axe);
            let found = self.driver.wait_for(RUN_AXE);
            assert_eq!(found, json!([]), "{url}: {found:#}");
        }
    }

    /// A page can be read soon, and weighs little. A machine that is busy may be slow once: the same page is asked for again.
    fn assert_soon_readable(&self, url: &str) {
        let loaded = self.loaded();
        assert!(loaded.bytes <= MOST_BYTES, "{url} weighs {loaded:?}");
        if loaded.millis <= MOST_MILLIS {
            return;
        }
        let again = self.in_another_tab(|| {
            self.driver.ask("POST", "/url", &json!({ "url": url }));
            self.loaded()
        });
        // What is no answer to a `GET` is another page there: of such a one the first time counts, as slow as a busy machine is.
        let is_soon = match again.title == loaded.title {
            true => again.millis <= MOST_MILLIS,
            false => loaded.millis <= 3.0 * MOST_MILLIS,
        };
        assert!(is_soon, "{url} was readable late: {loaded:?}, {again:?}");
    }

    /// How the page that is shown was loaded.
    fn loaded(&self) -> Loaded {
        let until = Instant::now() + PATIENCE;
        loop {
            let told = self.run(LOADED);
            if let (Some(millis), Some(bytes)) = (told["millis"].as_f64(), told["bytes"].as_u64()) {
                let title = told["title"].to_string();
                return Loaded {
                    title,
                    millis,
                    bytes,
                };
            }
            assert!(Instant::now() < until, "nothing is painted: {told}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn in_another_tab<T>(&self, work: impl FnOnce() -> T) -> T {
        let own = self.driver.ask("GET", "/window", &json!({}));
        let other = self
            .driver
            .ask("POST", "/window/new", &json!({ "type": "tab" }));
        let switch = |tab: &Value| {
            self.driver
                .ask("POST", "/window", &json!({ "handle": tab }))
        };
        switch(&other["handle"]);
        let done = work();
        self.driver.ask("DELETE", "/window", &json!({}));
        switch(&own);
        done
    }

    /// What the browser's console says since it was asked last, less what is no complaint.
    fn complaints(&self) -> Vec<String> {
        let said = self
            .driver
            .ask("POST", "/se/log", &json!({ "type": "browser" }));
        let lines = said.as_array().unwrap().iter().filter(|line| {
            // A form that cannot be used is answered 422, which the console tells too; and it has advice for passwords.
            let message = line["message"].as_str().unwrap();
            let is_refusal = line["source"] == "network" && message.contains("status of 422");
            !(is_refusal || line["level"] == "DEBUG")
        });
        lines.map(ToString::to_string).collect()
    }
}

/// How a page was loaded.
#[derive(Debug)]
struct Loaded {
    title: String,
    /// Until something could be read, and all of the page was there: from when it was asked for, behind what led to it.
    millis: f64,
    /// Compressed, with all that it needs.
    bytes: u64,
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.driver.close();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// How the page was loaded; incomplete until something is painted.
const LOADED: &str = r#"
    const [page] = performance.getEntriesByType("navigation");
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    const needed = performance.getEntriesByType("resource").filter((one) => ["link", "script", "css", "img"].includes(one.initiatorType));
    const whole = page.domInteractive;
    return {
        title: document.title,
        millis: paint && whole ? Math.max(paint.startTime, whole) - page.fetchStart : null,
        bytes: needed.reduce((sum, one) => sum + one.encodedBodySize, page.encodedBodySize),
    };
"#;

/// Controls that nobody is told the meaning of.
const UNLABELLED: &str = r#"
    const named = (control) =>
        control.labels?.length || control.getAttribute("aria-label") || control.getAttribute("aria-labelledby")
        || control.textContent.trim() || control.title;
    return [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href]")]
        .filter((control) => !named(control)).map((control) => control.outerHTML.slice(0, 200));
"#;

/// What makes a page wider than its window.
const TOO_WIDE: &str = r#"
    const most = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= most) return [];
    return [...document.querySelectorAll("main *")]
        .filter((part) => part.getBoundingClientRect().right > most + 1 && !part.closest(".table"))
        .map((part) => part.outerHTML.slice(0, 120)).concat([`${document.documentElement.scrollWidth} > ${most}`]);
"#;

/// WCAG 2.1, A and AA.
const RUN_AXE: &str = r#"
    const done = arguments[0];
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];
    axe.run(document, { runOnly: { type: "tag", values: tags } })
        .then((found) => done(found.violations.map((one) => ({
            rule: one.id, help: one.help, at: one.nodes.slice(0, 3).map((node) => [node.html.slice(0, 200), node.failureSummary]),
        }))))
        .catch((error) => done([String(error)]));
"#;

fn capabilities(window: Window) -> Value {
    let scheme = if window.is_dark { 0 } else { 1 };
    let arguments = [
        "--headless=new".to_owned(),
        // What is looked at is ours, and containers have no other way.
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        format!("--window-size={},900", window.width),
        format!("--lang={}", window.language),
        format!("--accept-lang={}", window.language),
        format!("--blink-settings=preferredColorScheme={scheme}"),
    ];
    let scripts = if window.has_scripts { 1 } else { 2 };
    let mut options = json!({
        "args": arguments,
        "prefs": {
            "profile.managed_default_content_settings.javascript": scripts,
            "intl.accept_languages": window.language,
            "download.default_directory": std::env::temp_dir(),
        },
    });
    // Windows narrower than 500 are for telephones, which the browser has to be told that it is.
    if window.width < 500 {
        let metrics =
            json!({ "width": window.width, "height": 800, "pixelRatio": 2.0, "touch": true });
        options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
    }
    json!({
        "browserName": "chrome",
        "goog:chromeOptions": options,
        "goog:loggingPrefs": { "browser": "ALL" },
    })
}

/// Starts the driver. Gives it with the port that it says it listens on: of several that start at once, one may end instead, for it found
/// its port taken.
fn start() -> std::io::Result<(Child, u16)> {
    for _ in 0..5 {
        let mut process = Command::new(DRIVER)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.ok()?;
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        let Some(port) = port else {
            let _ = process.wait();
            continue;
        };
        // Whatever it says later must not stop it.
        std::thread::spawn(move || lines.for_each(drop));
        return Ok((process, port));
    }
    panic!("{DRIVER} does not say where it listens");
}

/// The script of axe-core, where it is at hand.
fn axe() -> Option<&'static str> {
    static SCRIPT: OnceLock<Option<String>> = OnceLock::new();
    let script = SCRIPT.get_or_init(|| {
        let path = std::env::var(AXE).ok().filter(|path| !path.is_empty());
        if path.is_none() {
            eprintln!("!! LEFT OUT, AS {AXE} NAMES NO FILE OF AXE-CORE: whether everybody can use the pages");
        }
        Some(std::fs::read_to_string(path?).unwrap())
    });
    script.as_deref()
}

fn tell_left_out() {
    eprintln!(
        "!! LEFT OUT, AS CHROMIUM'S DRIVER IS NOT INSTALLED (no {DRIVER}): the pages in a real browser"
    );
}
