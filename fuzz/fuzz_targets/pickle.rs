//! Any bytes at all: the reader answers with a document or an error, within its budgets.
#![no_main]

use libfuzzer_sys::fuzz_target;
use propenso_fuzz::small_limits;
use propenso_pickle::{View, read};

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = read(bytes.to_vec(), &small_limits()) else { return };
    let meter = document.meter();
    visit(document.root(&meter), 0);
});

/// Touches what decoders touch, to a fixed depth; the meter bounds the rest.
fn visit(view: View<'_>, depth: usize) {
    let _ = (view.text(), view.float(), view.boolean(), view.describe(), view.offset());
    if let Ok(array) = view.array() {
        let _ = (array.f64s(), array.i64s(), array.texts());
        for field in ["left_child", "threshold"] {
            if let Some(field) = array.optional_field(field) {
                let _ = (field.f64s(), field.i64s());
            }
        }
        if let Ok(objects) = array.objects() {
            objects.into_iter().take(8).filter(|_| depth < 6).for_each(|item| visit(item, depth + 1));
        }
    }
    if depth == 6 {
        return;
    }
    if let Ok(items) = view.items() {
        items.take(8).for_each(|item| visit(item, depth + 1));
    }
    if let Ok(arguments) = view.arguments() {
        arguments.take(8).for_each(|item| visit(item, depth + 1));
    }
    for name in ["estimators_", "tree_", "nodes", "values", "classes_", "best_estimator_"] {
        if let Ok(Some(attribute)) = view.optional_attribute(name) {
            visit(attribute, depth + 1);
        }
    }
}
