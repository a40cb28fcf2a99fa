//! What is said to a browser's driver: WebDriver (<https://www.w3.org/TR/webdriver2/>), as far as these tests need it.
//!
//! A client's crate would bring `serde_json/preserve_order` along, and what is tested would be another program than what is given out.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

/// The name by which answers refer to elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The left arrow, as a key.
pub(super) const LEFT: &str = "\u{e012}";

/// A session with a driver.
pub(super) struct WebDriver {
    port: u16,
    session: String,
}

/// An element of the page that is shown.
#[derive(Debug, Clone)]
pub(super) struct Element(String);

impl WebDriver {
    /// Opens a browser.
    pub(super) fn open(port: u16, capabilities: &Value) -> Self {
        let asked = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let opened = request(port, "POST", "/session", Some(&asked));
        let opened = opened.unwrap_or_else(|error| panic!("no browser opens: {error}"));
        let session = opened["sessionId"].as_str().unwrap().to_owned();
        Self { port, session }
    }

    /// Says something, and gives the answer; a sentence where the driver refuses.
    fn say(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let path = format!("/session/{}{path}", self.session);
        request(self.port, method, &path, body)
    }

    /// The same, of what must be possible.
    pub(super) fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = (method == "POST").then_some(body);
        let answer = self.say(method, path, body);
        answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// The first element that a selector names, if one is there now.
    pub(super) fn find(&self, css: &str) -> Option<Element> {
        let asked = json!({ "using": "css selector", "value": css });
        let found = self.say("POST", "/element", Some(&asked)).ok()?;
        Some(Element(found[ELEMENT].as_str()?.to_owned()))
    }

    pub(super) fn click(&self, element: &Element) -> Result<(), String> {
        let script = "arguments[0].scrollIntoView({ block: 'center' })";
        let asked = json!({ "script": script, "args": [element.value()] });
        self.say("POST", "/execute/sync", Some(&asked))?;
        self.say("POST", &element.path("/click"), Some(&json!({})))
            .map(drop)
    }

    pub(super) fn clear(&self, element: &Element) {
        self.ask("POST", &element.path("/clear"), &json!({}));
    }

    pub(super) fn press(&self, element: &Element, keys: &str) {
        self.ask("POST", &element.path("/value"), &json!({ "text": keys }));
    }

    /// What is to be read in an element; nothing where it is not there any more.
    pub(super) fn text(&self, element: &Element) -> String {
        let text = self.say("GET", &element.path("/text"), None).ok();
        text.and_then(|text| text.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// Runs a script in the page.
    pub(super) fn run(&self, script: &str, arguments: &[Value]) -> Value {
        let asked = json!({ "script": script, "args": arguments });
        self.ask("POST", "/execute/sync", &asked)
    }

    /// Runs a script that calls its last argument with what it gives.
    pub(super) fn wait_for(&self, script: &str) -> Value {
        let asked = json!({ "script": script, "args": [] });
        self.ask("POST", "/execute/async", &asked)
    }

    /// A picture of the page, so wide and high, as PNG: of what is not in the window too.
    pub(super) fn picture(&self, width: u32, height: u64) -> Vec<u8> {
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        let asked = json!({
            "cmd": "Page.captureScreenshot",
            "params": { "captureBeyondViewport": true, "clip": clip },
        });
        let picture = self.ask("POST", "/goog/cdp/execute", &asked);
        from_base64(picture["data"].as_str().unwrap())
    }

    /// Closes the browser.
    pub(super) fn close(&self) {
        let _ = self.say("DELETE", "", None);
    }
}

impl Element {
    fn path(&self, act: &str) -> String {
        format!("/element/{}{act}", self.0)
    }

    fn value(&self) -> Value {
        json!({ ELEMENT: self.0 })
    }
}

fn request(port: u16, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(|error| error.to_string())?;
    stream
        .set_read_timeout(Some(Duration::from_secs(120)))
        .unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .map_err(|error| error.to_string())?;
    let answer = read_answer(stream);
    let answer: Value = serde_json::from_str(&answer).map_err(|error| error.to_string())?;
    let value = answer["value"].clone();
    match value["error"].as_str() {
        Some(error) => Err(format!("{error}: {}", value["message"])),
        None => Ok(value),
    }
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

fn from_base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text
        .bytes()
        .filter_map(|digit| DIGITS.iter().position(|known| *known == digit));
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_usize, 0);
    for digit in digits {
        bits = bits << 6 | digit;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    bytes
}
