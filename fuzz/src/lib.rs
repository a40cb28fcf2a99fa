//! What the fuzz targets share.

use propenso_pickle::Limits;

/// Budgets so small that a run spends its time on paths, not on megabytes.
pub fn small_limits() -> Limits {
    Limits {
        output_bytes: 1 << 20,
        opcodes: 200_000,
        nodes: 100_000,
        memo_entries: 100_000,
        stack_depth: 10_000,
        owned_bytes: 1 << 20,
        dictionary_bytes: 8 << 20,
        decode_steps: 1_000_000,
        ..Limits::default()
    }
}
