//! The Open Inference Protocol over gRPC: the example's clients as raw bytes and in lists, messages that are none, and how errors are
//! told. What other people's clients see is looked at by `tools/clients/run`.

use std::io::Write;
use std::time::Duration;

use flate2::write::GzEncoder;
use prost::Message;

use crate::support::grpc::health::{HealthCheckRequest, HealthCheckResponse};
use crate::support::grpc::inference::model_infer_request::{
    InferInputTensor, InferRequestedOutputTensor,
};
use crate::support::grpc::inference::{
    InferTensorContents, ModelInferRequest, ModelInferResponse, ModelMetadataRequest,
    ModelMetadataResponse, ModelReadyRequest, ModelReadyResponse, ModelStatisticsRequest,
    ModelStatisticsResponse, ModelStreamInferResponse, RepositoryIndexRequest,
    RepositoryIndexResponse, RepositoryModelLoadRequest, ServerReadyRequest, ServerReadyResponse,
};
use crate::support::grpc::{Caller, framed};
use crate::support::portfolio::{COLUMNS, Client, clients, expected};
use crate::support::process::Process;
use crate::support::registry::{Registry, small};
use crate::support::{Server, propenso};

const INFER: &str = "/inference.GRPCInferenceService/ModelInfer";
const STREAM: &str = "/inference.GRPCInferenceService/ModelStreamInfer";

fn example() -> Vec<Client> {
    clients("examples/cobranza/cartera.csv")
}

/// The example's inputs as columns of texts, each with its elements as `put` puts them.
fn columns(
    clients: &[Client],
    mut put: impl FnMut(&mut ModelInferRequest, Vec<&[u8]>),
) -> ModelInferRequest {
    let mut request = ModelInferRequest {
        model_name: "propenso".to_owned(),
        ..ModelInferRequest::default()
    };
    for (place, (_, name)) in COLUMNS.iter().enumerate() {
        request.inputs.push(InferInputTensor {
            name: (*name).to_owned(),
            datatype: "BYTES".to_owned(),
            shape: vec![clients.len() as i64, 1],
            ..InferInputTensor::default()
        });
        let values = clients.iter().map(|client| client[place].1.as_bytes());
        put(&mut request, values.collect());
    }
    request
}

fn raw(clients: &[Client]) -> ModelInferRequest {
    columns(clients, |request, values| {
        let mut bytes = Vec::new();
        for value in values {
            bytes.extend((value.len() as u32).to_le_bytes());
            bytes.extend(value);
        }
        request.raw_input_contents.push(bytes.into());
    })
}

fn in_lists(clients: &[Client]) -> ModelInferRequest {
    columns(clients, |request, values| {
        let values = values.into_iter().map(|value| value.to_vec().into());
        let input = request.inputs.last_mut().unwrap();
        input.contents = Some(InferTensorContents {
            bytes_contents: values.collect(),
            ..InferTensorContents::default()
        });
    })
}

/// What was answered raw: probabilities and classes.
fn answered(response: &ModelInferResponse) -> Vec<(f64, i64)> {
    let names: Vec<_> = response
        .outputs
        .iter()
        .map(|output| &*output.name)
        .collect();
    assert_eq!(names, ["predict", "probability"]);
    let eights = |place: usize| {
        let bytes: &[u8] = &response.raw_output_contents[place];
        let eights = bytes.chunks_exact(8);
        eights
            .map(|eight| <[u8; 8]>::try_from(eight).unwrap())
            .collect::<Vec<_>>()
    };
    let probabilities = eights(1).into_iter().map(f64::from_le_bytes);
    let classes = eights(0).into_iter().map(i64::from_le_bytes);
    probabilities.zip(classes).collect()
}

#[test]
fn all_clients_are_answered_as_scikit_learn_answers_them() {
    let server = Server::example();
    let mut caller = Caller::connect(server.address);
    let clients = example();
    let expected = expected();
    let reply = caller.call("ModelInfer", &raw(&clients));
    let response: ModelInferResponse = reply.message();
    assert_eq!(answered(&response), expected);
    assert_eq!(response.model_version, "1");
    assert!(reply.headers.contains_key("x-propenso-model"));
    // One client, and none.
    let response: ModelInferResponse = caller.call("ModelInfer", &raw(&clients[..1])).message();
    assert_eq!(answered(&response), expected[..1]);
    let response: ModelInferResponse = caller.call("ModelInfer", &raw(&[])).message();
    assert_eq!(answered(&response), []);
}

#[test]
fn what_comes_in_lists_is_answered_in_lists() {
    let server = Server::example();
    let mut caller = Caller::connect(server.address);
    let mut request = in_lists(&example()[..50]);
    request.id = "42".to_owned();
    for name in ["probability", "predict", "explain"] {
        request.outputs.push(InferRequestedOutputTensor {
            name: name.to_owned(),
            ..InferRequestedOutputTensor::default()
        });
    }
    let response: ModelInferResponse = caller.call("ModelInfer", &request).message();
    assert_eq!(response.id, "42");
    assert!(response.raw_output_contents.is_empty());
    let contents = |place: usize| response.outputs[place].contents.clone().unwrap();
    let found = contents(0).fp64_contents.into_iter();
    let found: Vec<_> = found.zip(contents(1).int64_contents).collect();
    assert_eq!(found, expected()[..50]);
    assert_eq!(response.outputs[2].shape, [50, COLUMNS.len() as i64]);
    assert_eq!(contents(2).fp64_contents.len(), 50 * COLUMNS.len());
}

/// The same amounts in each list that there is, and what is asked of them by JSON.
#[test]
fn numbers_come_in_the_list_of_their_type() {
    let server = Server::example();
    let mut caller = Caller::connect(server.address);
    let amount = COLUMNS
        .iter()
        .position(|(_, name)| *name == "IMPORTE_FACTURA")
        .unwrap();
    let client = &example()[..1];
    let mut reply = |datatype: &str, contents: InferTensorContents| {
        let mut request = in_lists(client);
        let input = &mut request.inputs[amount];
        input.datatype = datatype.to_owned();
        input.contents = Some(contents);
        caller.call("ModelInfer", &request)
    };
    let none = InferTensorContents::default;
    let list = |fill: fn(&mut InferTensorContents)| {
        let mut contents = none();
        fill(&mut contents);
        contents
    };
    let lists = [
        ("INT8", list(|c| c.int_contents = vec![120])),
        ("INT16", list(|c| c.int_contents = vec![120])),
        ("INT32", list(|c| c.int_contents = vec![120])),
        ("INT64", list(|c| c.int64_contents = vec![120])),
        ("UINT8", list(|c| c.uint_contents = vec![120])),
        ("UINT32", list(|c| c.uint_contents = vec![120])),
        ("UINT64", list(|c| c.uint64_contents = vec![120])),
        ("FP32", list(|c| c.fp32_contents = vec![120.0])),
        ("FP64", list(|c| c.fp64_contents = vec![120.0])),
    ];
    let mut first = None;
    for (datatype, contents) in lists {
        let response: ModelInferResponse = reply(datatype, contents).message();
        let outputs: Vec<_> = response.outputs.into_iter().map(|o| o.contents).collect();
        let first = first.get_or_insert_with(|| outputs.clone());
        assert_eq!(*first, outputs, "{datatype}");
    }
    let wrong = InferTensorContents {
        fp64_contents: vec![1.0],
        ..none()
    };
    reply("INT64", wrong.clone()).refused(3, &["`fp64_contents`", "`int64_contents`"]);
    reply("FP16", wrong.clone()).refused(3, &["`raw_input_contents`"]);
    reply("FP8", wrong).refused(3, &["FP8"]);
    reply("FP64", none()).refused(3, &["1 elements, and there are 0"]);
    let two = InferTensorContents {
        fp64_contents: vec![1.0, 2.0],
        ..none()
    };
    reply("FP64", two).refused(3, &["there are more"]);
}

#[test]
fn messages_may_be_compressed_and_are_answered_so() {
    let server = Server::example();
    let mut caller = Caller::connect(server.address);
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let message = raw(&example()[..20]).encode_to_vec();
    encoder.write_all(&message).unwrap();
    let packed = encoder.finish().unwrap();
    let body = |flag: u8, packed: &[u8]| {
        let mut body = vec![flag];
        body.extend((packed.len() as u32).to_be_bytes());
        body.extend(packed);
        body
    };
    let gzip = [("grpc-encoding", "gzip")];
    let reply = caller.send(INFER, &gzip, body(1, &packed));
    assert_eq!(reply.headers["grpc-encoding"], "gzip");
    assert_eq!((reply.status, reply.body[0]), (0, 1));
    let mut unpacked = flate2::read::GzDecoder::new(&reply.body[5..]);
    let mut message = Vec::new();
    std::io::Read::read_to_end(&mut unpacked, &mut message).unwrap();
    let response = ModelInferResponse::decode(&*message).unwrap();
    assert_eq!(answered(&response), expected()[..20]);

    let zstd = [("grpc-encoding", "zstd")];
    caller
        .send(INFER, &zstd, body(1, &packed))
        .refused(12, &["gzip or deflate"]);
    let broken = body(1, &packed[..packed.len() / 2]);
    caller
        .send(INFER, &gzip, broken)
        .refused(3, &["send it again"]);
    caller
        .send(INFER, &[], body(1, &packed))
        .refused(3, &["send it again"]);
    // 64 MB of nothing, in 64 kB.
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![0; 64 << 20]).unwrap();
    let bomb = body(1, &encoder.finish().unwrap());
    caller
        .send(INFER, &gzip, bomb)
        .refused(8, &["fewer clients"]);
}

#[test]
fn what_is_no_call_is_told_what_to_send() {
    let server = Server::example();
    let mut caller = Caller::connect(server.address);
    let good = framed(&raw(&example()[..1]));
    caller
        .send(INFER, &[], Vec::new())
        .refused(3, &["no message"]);
    let cut = good[..good.len() - 3].to_vec();
    caller.send(INFER, &[], cut).refused(3, &["broke off"]);
    let nonsense = [&[0, 0, 0, 0, 4][..], &[0xff; 4]].concat();
    caller
        .send(INFER, &[], nonsense)
        .refused(3, &["cannot be understood"]);
    // Two bytes of the wire each, and hundreds when they are read.
    let empty = [0x2a, 0].repeat(2 << 20);
    let many = [&[0][..], &(empty.len() as u32).to_be_bytes(), &empty].concat();
    caller
        .send(INFER, &[], many)
        .refused(3, &["too many tensors"]);
    let large = [&[0][..], &u32::MAX.to_be_bytes()].concat();
    caller
        .send(INFER, &[], large)
        .refused(8, &["fewer clients"]);
    caller
        .send(INFER, &[], vec![0; 17 << 20])
        .refused(8, &["longer than"]);
    let path = "/inference.GRPCInferenceService/TraceSetting";
    caller
        .send(path, &[], good.clone())
        .refused(12, &["no such path"]);
    let short = [("grpc-timeout", "1n")];
    let long = framed(&raw(&example()));
    caller.send(INFER, &short, long).refused(4, &["deadline"]);
    // By HTTP/1 it is an error of HTTP.
    let answer = server.post(INFER, "{}");
    answer.problem(415)["error"]
        .as_str()
        .unwrap()
        .contains("application/grpc");
    let answer = server.request("POST", INFER, &[("content-type", "application/grpc")], b"");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("grpc-status"), Some("3"));
}

#[test]
fn wrong_inputs_are_named_with_their_clients() {
    let server = Server::example();
    let mut caller = Caller::connect(server.address);
    let mut clients = example()[..3].to_vec();
    clients[2][0].1 = "ñandú".into();
    let reply = caller.call("ModelInfer", &raw(&clients));
    reply.refused(
        3,
        &[
            "one input cannot be used",
            "client 2",
            COLUMNS[0].1,
            "`ñandú`",
            "send ",
        ],
    );
    // However many are wrong, the sentence stays one that clients take.
    for client in &mut clients {
        for cell in client.iter_mut() {
            cell.1 = "ñ".repeat(300);
        }
    }
    let reply = caller.call("ModelInfer", &raw(&clients));
    reply.refused(3, &["inputs cannot be used"]);
    assert!(reply.message.len() < 8_000, "{}", reply.message.len());
    let mut other = raw(&clients);
    other.model_name = "otro".to_owned();
    caller.call("ModelInfer", &other).refused(5, &["propenso"]);
    let mut uneven = raw(&clients);
    uneven.raw_input_contents.pop();
    caller
        .call("ModelInfer", &uneven)
        .refused(3, &["one for each input"]);
    let mut both = raw(&clients);
    both.inputs[0].contents = Some(InferTensorContents::default());
    caller
        .call("ModelInfer", &both)
        .refused(3, &["send one of them"]);
}

#[test]
fn a_call_may_stay_open_and_be_answered_message_by_message() {
    let server = Server::example();
    let mut caller = Caller::connect(server.address);
    let clients = example();
    let mut body = Vec::new();
    for (place, id) in ["a", "b", "c"].iter().enumerate() {
        let mut request = raw(&clients[place * 10..][..10]);
        request.id = (*id).to_owned();
        if *id == "b" {
            request.model_version = "7".to_owned();
        }
        body.extend(framed(&request));
    }
    let reply = caller.send(STREAM, &[], body);
    let responses: Vec<ModelStreamInferResponse> = reply.messages();
    let [first, second, third] = &responses[..] else {
        panic!("{responses:?}");
    };
    let of = |response: &ModelStreamInferResponse| response.infer_response.clone().unwrap();
    assert_eq!((&*of(first).id, &*of(third).id), ("a", "c"));
    assert_eq!(answered(&of(first)), expected()[..10]);
    assert_eq!(answered(&of(third)), expected()[20..30]);
    assert_eq!(of(second).id, "b");
    assert!(second.error_message.contains("version"), "{second:?}");
    // One that is too large for a call that stays open ends it.
    let large = [&[0][..], &(2_u32 << 20).to_be_bytes()].concat();
    let reply = caller.send(STREAM, &[], large);
    assert_eq!(reply.status, 8, "{reply:?}");
}

#[test]
fn a_stop_ends_calls_that_stay_open() {
    let server = Server::example();
    let mut caller = Caller::connect(server.address);
    let path = "/grpc.health.v1.Health/Watch";
    let watched = caller.first(path, framed(&HealthCheckRequest::default()));
    assert_eq!(
        HealthCheckResponse::decode(&watched[5..]).unwrap().status,
        1
    );
    let begun = std::time::Instant::now();
    let watching =
        std::thread::spawn(move || caller.send(path, &[], framed(&HealthCheckRequest::default())));
    std::thread::sleep(Duration::from_millis(300));
    drop(server);
    let states: Vec<HealthCheckResponse> = watching.join().unwrap().messages();
    let states: Vec<_> = states.iter().map(|state| state.status).collect();
    assert_eq!(states, [1, 2]);
    assert!(begun.elapsed() < Duration::from_secs(4));
}

#[test]
fn the_registry_and_its_models_are_told() {
    let registry = Registry::new();
    let server = registry.serve(&[]);
    let mut caller = Caller::connect(server.address);
    let path = "/grpc.health.v1.Health/Check";
    let health = |caller: &mut Caller| {
        let reply = caller.send(path, &[], framed(&HealthCheckRequest::default()));
        reply.message::<HealthCheckResponse>().status
    };
    let ready = |caller: &mut Caller| {
        let reply = caller.call("ServerReady", &ServerReadyRequest {});
        reply.message::<ServerReadyResponse>().ready
    };
    assert_eq!((ready(&mut caller), health(&mut caller)), (false, 2));
    let asked = ModelMetadataRequest {
        name: "propenso".to_owned(),
        version: String::new(),
    };
    caller
        .call("ModelMetadata", &asked)
        .refused(14, &["promote"]);
    registry.add(&small("a_rf_bin.pkl"));
    let load = |version: &str| {
        let parameter_choice = Some(
            crate::support::grpc::inference::model_repository_parameter::ParameterChoice::StringParam(
                version.to_owned(),
            ),
        );
        let parameter =
            crate::support::grpc::inference::ModelRepositoryParameter { parameter_choice };
        RepositoryModelLoadRequest {
            model_name: "propenso".to_owned(),
            parameters: [("version".to_owned(), parameter)].into(),
            ..RepositoryModelLoadRequest::default()
        }
    };
    caller
        .call("RepositoryModelLoad", &load("9"))
        .refused(5, &["9"]);
    caller
        .call("RepositoryModelLoad", &load("x"))
        .refused(5, &["its number"]);
    assert_eq!(caller.call("RepositoryModelLoad", &load("1")).status, 0);
    crate::support::until(|| ready(&mut caller));
    assert_eq!(health(&mut caller), 1);
    let of_service = |service: &str| HealthCheckRequest {
        service: service.to_owned(),
    };
    let of_protocol = framed(&of_service("inference.GRPCInferenceService"));
    assert_eq!(caller.send(path, &[], of_protocol).status, 0);
    caller
        .send(path, &[], framed(&of_service("x")))
        .refused(5, &["no such service"]);
    let metadata: ModelMetadataResponse = caller.call("ModelMetadata", &asked).message();
    assert_eq!(metadata.versions, ["1"]);
    assert!(
        metadata
            .outputs
            .iter()
            .any(|output| output.name == "predict")
    );
    let index = RepositoryIndexRequest::default();
    let index: RepositoryIndexResponse = caller.call("RepositoryIndex", &index).message();
    assert_eq!(index.models.len(), 1);
    assert_eq!(index.models[0].state, "READY");
    let of_version = |version: &str| ModelReadyRequest {
        name: "propenso".to_owned(),
        version: version.to_owned(),
    };
    for (version, is_ready) in [("", true), ("1", true), ("champion", true), ("2", false)] {
        let reply = caller.call("ModelReady", &of_version(version));
        assert_eq!(
            reply.message::<ModelReadyResponse>().ready,
            is_ready,
            "{version}"
        );
    }
    let all = ModelStatisticsRequest::default();
    let statistics: ModelStatisticsResponse = caller.call("ModelStatistics", &all).message();
    assert_eq!(statistics.model_stats[0].version, "1");
}

#[test]
fn keys_count_here_too() {
    let registry = Registry::new();
    registry.add(&small("a_rf_bin.pkl"));
    registry.ok(&["promote", "1"]);
    let key = registry.key("lector", "lectura");
    let server = registry.serve(&[]);
    let mut caller = Caller::connect(server.address);
    let body = framed(&ModelInferRequest::default());
    let reply = caller.send(INFER, &[], body.clone());
    reply.refused(16, &["a key"]);
    let bearer = format!("Bearer {key}");
    let with_key = [("authorization", &*bearer)];
    caller
        .send(INFER, &with_key, body.clone())
        .refused(7, &["puntuar"]);
    caller
        .send(STREAM, &with_key, body)
        .refused(7, &["puntuar"]);
    let path = "/inference.GRPCInferenceService/RepositoryIndex";
    let index = framed(&RepositoryIndexRequest::default());
    assert_eq!(caller.send(path, &with_key, index).status, 0);
}

#[test]
fn a_port_of_its_own_answers_the_same_and_needs_the_same() {
    let model = crate::support::example_model();
    let model = model.to_str().unwrap();
    let server = Process::serve(&[model, "--grpc-listen", "127.0.0.1:0"]);
    let log = server.log();
    let own = log.split("\"grpc_address\":\"").nth(1).expect(&log);
    let own = own.split('"').next().unwrap().parse().unwrap();
    assert_ne!(own, server.address);
    for address in [own, server.address] {
        let mut caller = Caller::connect(address);
        let response: ModelInferResponse =
            caller.call("ModelInfer", &raw(&example()[..9])).message();
        assert_eq!(answered(&response), expected()[..9]);
    }
    let answer = std::net::TcpStream::connect(own).map(|mut stream| {
        stream.write_all(b"GET /prueba HTTP/1.0\r\n\r\n").unwrap();
        std::io::read_to_string(stream).unwrap()
    });
    assert!(answer.unwrap().starts_with("HTTP/1.0 200"));
    // What one of them lets others reach needs what hides it, whichever that is.
    let output = propenso(
        &[
            "serve",
            model,
            "--listen",
            "127.0.0.1:0",
            "--grpc-listen",
            "0.0.0.0:0",
        ],
        "",
    );
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("keys add"), "{said}");
    let taken = own.to_string();
    let output = propenso(
        &[
            "serve",
            model,
            "--listen",
            "127.0.0.1:0",
            "--grpc-listen",
            &taken,
        ],
        "",
    );
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("--grpc-listen"), "{said}");
}
