//! The contracts that are compiled in.

/// Every shipped contract by name, the default first.
const SHIPPED: [(&str, &str); 2] = [
    (
        "casas-cobranzas",
        include_str!("../../../../contracts/casas-cobranzas.toml"),
    ),
    (
        "casas-cobranzas-flask",
        include_str!("../../../../contracts/casas-cobranzas-flask.toml"),
    ),
];

/// The names of the contracts that ship, the default first.
pub fn shipped_names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|&(name, _)| name)
}

/// The text of the contract that ships under `name`.
pub fn shipped_text(name: &str) -> Option<&'static str> {
    SHIPPED
        .iter()
        .find(|(known, _)| *known == name)
        .map(|&(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::SHIPPED;
    use crate::Contract;

    #[test]
    fn every_shipped_contract_reads_and_bears_its_name() {
        for (name, text) in SHIPPED {
            match Contract::parse(text) {
                Ok(contract) => assert_eq!(contract.name(), name),
                Err(error) => panic!("{name}: {error}"),
            }
        }
    }
}
