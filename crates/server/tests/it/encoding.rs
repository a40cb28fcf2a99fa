//! Compressed bodies, in and out, and bodies that are nearly JSON.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::{GzEncoder, ZlibEncoder};
use propenso::settings::HttpSettings;
use serde_json::{Value, json};

use crate::support::{Answer, Server, example_model};

fn body(instances: usize) -> Vec<u8> {
    let instance = json!({"er": "EMP", "po": "NO", "vt": "S", "cp": 8029, "ec": "A", "vf": "N", "vb": "N", "fb": 202310,
        "ed": null, "cf": 3, "im": 263.68, "dt": 1000.82, "nl": 12});
    serde_json::to_vec(&json!({ "instances": vec![instance; instances] })).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn post(server: &Server, encoding: &str, body: &[u8]) -> Answer {
    let headers = [
        ("content-type", "application/json"),
        ("content-encoding", encoding),
    ];
    server.request("POST", "/v1/predict", &headers, body)
}

#[test]
fn bodies_come_compressed() {
    let server = Server::example();
    let plain = server.request("POST", "/v1/predict", &[], &body(3));
    let predictions = plain.json()["predictions"].clone();
    let zstd = zstd::encode_all(&body(3)[..], 3).unwrap();
    let sent = [
        ("gzip", gzip(&body(3))),
        ("deflate", zlib(&body(3))),
        ("zstd", zstd),
        ("identity", body(3)),
    ];
    for (encoding, bytes) in sent {
        let answer = post(&server, encoding, &bytes);
        assert_eq!(answer.status, 200, "{encoding}: {}", answer.body);
        assert_eq!(answer.json()["predictions"], predictions, "{encoding}");
    }
}

#[test]
fn bodies_that_are_not_compressed_as_they_say() {
    let server = Server::example();
    let problem = post(&server, "gzip", &body(1)).problem(400);
    assert_eq!(problem["code"], "body-broken-off");
    let mut cut = gzip(&body(1));
    cut.truncate(cut.len() / 2);
    post(&server, "gzip", &cut).problem(400);
    for encoding in ["br", "gzip, gzip", "x-gzip", ""] {
        let problem = post(&server, encoding, &body(1)).problem(415);
        assert_eq!(problem["code"], "unknown-encoding", "{encoding}");
    }
}

/// A few kilobytes that are gigabytes: no more of them is unpacked than a body may have, and what is thrown away.
#[test]
fn bodies_that_unpack_to_more_than_is_taken() {
    let settings = HttpSettings {
        max_body_bytes: 1 << 20,
        ..HttpSettings::default()
    };
    let server = Server::start_with(&example_model(), "casas-cobranzas", settings);
    let bomb = gzip(&vec![b' '; 200 << 20]);
    post(&server, "gzip", &bomb).problem(413);
    assert_eq!(post(&server, "gzip", &gzip(&body(1))).status, 200);
}

#[test]
fn large_answers_are_compressed_for_who_takes_that() {
    let server = Server::example();
    let ask = |instances, accept: &[(&str, &str)]| {
        let answer = server.raw_bytes("POST", "/v1/predict", accept, &body(instances));
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        let (head, body) = answer.split_at(end.unwrap() + 4);
        (
            String::from_utf8(head.to_vec()).unwrap().to_lowercase(),
            body.to_vec(),
        )
    };
    let gzip = [("accept-encoding", "gzip")];
    let (head, body) = ask(100, &gzip);
    assert!(head.contains("content-encoding: gzip"), "{head}");
    let body = unchunked(&body);
    let mut json = String::new();
    GzDecoder::new(&body[..]).read_to_string(&mut json).unwrap();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["predictions"].as_array().unwrap().len(), 100);
    assert!(!ask(1, &gzip).0.contains("content-encoding"));
    assert!(!ask(100, &[]).0.contains("content-encoding"));
}

/// Takes chunked transfer apart.
fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        let end = body.windows(2).position(|bytes| bytes == b"\r\n").unwrap();
        let length = std::str::from_utf8(&body[..end]).unwrap();
        let length = usize::from_str_radix(length, 16).unwrap();
        if length == 0 {
            return all;
        }
        all.extend_from_slice(&body[end + 2..][..length]);
        body = &body[end + 2 + length + 2..];
    }
}

#[test]
fn what_is_nearly_json_is_named_with_what_to_send() {
    let server = Server::example();
    let marked = [b"\xef\xbb\xbf", &body(1)[..]].concat();
    assert_eq!(
        server.request("POST", "/v1/predict", &[], &marked).status,
        200
    );
    let problem = server.post("/v1/predict", "{\"instances\": [{\"ed\": NaN}]}");
    let problem = problem.problem(400);
    assert_eq!(
        problem["error"],
        "the body is not valid JSON: `NaN` at line 1 is not JSON; send null, which is a missing value"
    );
}
