//! A browser that does what people do: Chromium, by its driver.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::ChromeCapabilities;
use thirtyfour::prelude::*;
use tokio::runtime::Runtime;

/// How long something that was clicked may take to show.
const PATIENCE: Duration = Duration::from_secs(20);

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

/// A telephone.
pub(super) const NARROW: Window = Window { width: 360, ..WIDE };

/// A browser with one window; it ends when dropped.
pub(super) struct Browser {
    runtime: Runtime,
    driver: WebDriver,
    port: u16,
    process: Child,
    window: Window,
}

impl Browser {
    /// Opens one; `None`, and a line about what is left out, where there is no Chromium with its driver.
    pub(super) fn open(window: Window) -> Option<Self> {
        let mut process = Command::new(DRIVER)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .inspect_err(|_| tell_left_out())
            .ok()?;
        let port = port_of(&mut process);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let driver = runtime.block_on(async {
            let address = format!("http://127.0.0.1:{port}");
            WebDriver::new(&address, capabilities(window)).await
        });
        Some(Self {
            driver: driver.unwrap(),
            runtime,
            port,
            process,
            window,
        })
    }

    /// Goes to a page and looks at it with care.
    pub(super) fn go(&self, url: &str) {
        self.runtime.block_on(self.driver.goto(url)).unwrap();
        self.look();
    }

    /// Clicks on what a selector names, when it is there.
    pub(super) fn click(&self, css: &str) {
        let element = self.find(css);
        self.runtime
            .block_on(async {
                element.scroll_into_view().await?;
                element.click().await
            })
            .unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Types into a field, in place of what is there.
    pub(super) fn type_into(&self, css: &str, text: &str) {
        let element = self.find(css);
        self.runtime
            .block_on(async {
                element.clear().await?;
                element.send_keys(text).await
            })
            .unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Presses keys in what a selector names: a file's path into a file's field, an arrow on a slider.
    pub(super) fn press(&self, css: &str, keys: impl Into<TypingData>) {
        let element = self.find(css);
        self.runtime.block_on(element.send_keys(keys)).unwrap();
    }

    /// Chooses from a list.
    pub(super) fn choose(&self, css: &str, value: &str) {
        self.click(&format!("{css} option[value=\"{value}\"]"));
    }

    /// Waits for what a selector names.
    pub(super) fn find(&self, css: &str) -> WebElement {
        let until = Instant::now() + PATIENCE;
        loop {
            let found = self.runtime.block_on(self.driver.find(By::Css(css)));
            match found {
                Ok(element) => return element,
                Err(_) if Instant::now() < until => std::thread::sleep(Duration::from_millis(50)),
                Err(_) => panic!(
                    "there is no {css} on {}:\n{}",
                    self.url(),
                    self.text("body")
                ),
            }
        }
    }

    /// Tells whether what a selector names is there now.
    pub(super) fn has(&self, css: &str) -> bool {
        let found = self.runtime.block_on(self.driver.find_all(By::Css(css)));
        !found.unwrap().is_empty()
    }

    /// What is to be read in what a selector names.
    pub(super) fn text(&self, css: &str) -> String {
        let element = self.find(css);
        // A part of a page may be replaced while it is read.
        let text = self.runtime.block_on(element.text());
        text.unwrap_or_default()
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
        let url = self.runtime.block_on(self.driver.current_url());
        url.unwrap().to_string()
    }

    /// Runs a script in the page.
    pub(super) fn run(&self, script: &str) -> Value {
        let ran = self
            .runtime
            .block_on(self.driver.execute(script, Vec::new()));
        ran.unwrap().json().clone()
    }

    /// Keeps a picture of the page, where somebody asked for them.
    pub(super) fn picture(&self, name: &str) {
        let Ok(folder) = std::env::var("PROPENSO_PICTURES") else {
            return;
        };
        let tone = if self.window.is_dark { "dark" } else { "light" };
        let path = Path::new(&folder).join(format!("{name}-{}-{tone}.png", self.window.width));
        let height = self.run("return document.documentElement.scrollHeight");
        let height = u32::try_from(height.as_u64().unwrap())
            .unwrap()
            .clamp(600, 6_000);
        self.runtime.block_on(async {
            let width = self.window.width;
            self.driver
                .set_window_rect(0, 0, width, height + 90)
                .await
                .unwrap();
            self.driver.screenshot(&path).await.unwrap();
            self.driver.set_window_rect(0, 0, width, 900).await.unwrap();
        });
    }

    /// Looks at a page with care: nothing was refused or went wrong, each control says what it is, the page is no wider than the window,
    /// and axe finds nothing, where it is at hand.
    pub(super) fn look(&self) {
        let url = self.url();
        let complaints = self.complaints();
        assert!(complaints.is_empty(), "{url}: {complaints:?}");
        let unlabelled = self.run(UNLABELLED);
        assert_eq!(unlabelled, json!([]), "{url}: controls without a name");
        let wide = self.run(TOO_WIDE);
        assert_eq!(wide, json!([]), "{url}: wider than the window");
        // Where no script runs, axe does not either.
        if let Some(axe) = axe().filter(|_| self.window.has_scripts) {
            self.run(axe);
            let found = self
                .runtime
                .block_on(self.driver.execute_async(RUN_AXE, Vec::new()));
            let found = found.unwrap().json().clone();
            assert_eq!(found, json!([]), "{url}: {found:#}");
        }
    }

    /// What the browser's console says since it was asked last, less what is no complaint.
    fn complaints(&self) -> Vec<String> {
        let session = self.driver.session_id().to_string();
        let body = r#"{"type":"browser"}"#;
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(
            stream,
            "POST /session/{session}/se/log HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let answer = read_answer(stream);
        let said: Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{answer}"));
        let lines = said["value"]
            .as_array()
            .unwrap_or_else(|| panic!("{answer}"));
        let lines = lines.iter().filter(|line| {
            // A form that cannot be used is answered 422, which the console tells too; and it has advice for passwords.
            let message = line["message"].as_str().unwrap();
            let is_refusal = line["source"] == "network" && message.contains("status of 422");
            !(is_refusal || line["level"] == "DEBUG")
        });
        lines.map(ToString::to_string).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let driver = self.driver.clone();
        let _ = self.runtime.block_on(driver.quit());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

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

fn capabilities(window: Window) -> ChromeCapabilities {
    let mut capabilities = DesiredCapabilities::chrome();
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
    for argument in &arguments {
        capabilities.add_arg(argument).unwrap();
    }
    let scripts = if window.has_scripts { 1 } else { 2 };
    let preferences = json!({
        "profile.managed_default_content_settings.javascript": scripts,
        "intl.accept_languages": window.language,
        "download.default_directory": std::env::temp_dir(),
    });
    capabilities
        .add_experimental_option("prefs", preferences)
        .unwrap();
    // Windows narrower than 500 are for telephones, which the browser has to be told that it is.
    if window.width < 500 {
        let metrics =
            json!({ "width": window.width, "height": 800, "pixelRatio": 2.0, "touch": true });
        let emulation = json!({ "deviceMetrics": metrics });
        capabilities
            .add_experimental_option("mobileEmulation", emulation)
            .unwrap();
    }
    capabilities
        .set("goog:loggingPrefs", json!({ "browser": "ALL" }))
        .unwrap();
    capabilities
}

/// The port that the driver says it listens on.
fn port_of(process: &mut Child) -> u16 {
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let port = lines.find_map(|line| {
        let line = line.unwrap();
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    // Whatever it says later must not stop it.
    std::thread::spawn(move || lines.for_each(drop));
    port.expect("the driver says where it listens")
}

/// The body of an answer. The driver keeps its connections open.
fn read_answer(stream: TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(told) = line.strip_prefix("content-length:") {
            length = told.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    String::from_utf8(body).unwrap()
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
