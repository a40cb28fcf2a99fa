//! Variables that are set to nothing.

use std::ffi::OsStr;

use clap::Command;

/// Takes variables of the environment that are empty for not given, in every command: a unit file or a compose file leaves
/// them so.
pub(super) fn without_empty(command: Command) -> Command {
    without(command, &|name| {
        std::env::var_os(name).is_some_and(|value| value.is_empty())
    })
}

fn without(command: Command, is_empty: &dyn Fn(&OsStr) -> bool) -> Command {
    let command = command.mut_args(|argument| match argument.get_env() {
        Some(name) if is_empty(name) => argument.env(None::<&str>),
        _ => argument,
    });
    command.mut_subcommands(|command| without(command, is_empty))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    fn variables(command: &Command) -> usize {
        let own = command.get_arguments();
        let own = own.filter(|argument| argument.get_env().is_some()).count();
        own + command.get_subcommands().map(variables).sum::<usize>()
    }

    #[test]
    fn every_argument_with_a_variable_is_found() {
        let all = variables(&Cli::command());
        assert!(all > 20, "{all}");
        assert_eq!(variables(&without(Cli::command(), &|_| true)), 0);
        assert_eq!(variables(&without(Cli::command(), &|_| false)), all);
    }
}
