//! What a holder may do.

use std::fmt;
use std::str::FromStr;

use propenso_scoring::Language;

/// A thing that a holder may do. Its name is Spanish, as those write it who hand keys out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Scores clients one by one or a few at a time.
    Puntuar,
    /// Sends portfolios, and removes them.
    Carteras,
    /// Reads what portfolios came to.
    Resultados,
    /// Reads which models there are and what happened to them.
    Lectura,
    /// Changes what is served: uploads, promotions, rollbacks.
    Modelos,
    /// Reads the server's metrics.
    Metricas,
    /// Does all of it.
    Administracion,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 7] = [
        Self::Puntuar,
        Self::Carteras,
        Self::Resultados,
        Self::Lectura,
        Self::Modelos,
        Self::Metricas,
        Self::Administracion,
    ];

    /// The name it is typed, stored and shown by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Puntuar => "puntuar",
            Self::Carteras => "carteras",
            Self::Resultados => "resultados",
            Self::Lectura => "lectura",
            Self::Modelos => "modelos",
            Self::Metricas => "metricas",
            Self::Administracion => "administracion",
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRole(String);

impl UnknownRole {
    /// Says what is wrong and what there is.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        let all = Role::ALL.map(Role::name).join(", ");
        match language {
            Language::Spanish => format!("«{}» no es ninguna función; hay {all}", self.0),
            Language::English => format!("`{}` is no role; there are {all}", self.0),
        }
    }
}

impl fmt::Display for UnknownRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Language::English))
    }
}

impl std::error::Error for UnknownRole {}

impl FromStr for Role {
    type Err = UnknownRole;

    /// Reads a name, with or without its accent.
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let plain = text.trim().to_lowercase();
        let plain = plain.replace('é', "e").replace('ó', "o");
        let mut all = Self::ALL.into_iter();
        all.find(|role| role.name() == plain)
            .ok_or_else(|| UnknownRole(text.trim().to_owned()))
    }
}

/// All that a holder may do: one role or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roles(u8);

impl Roles {
    /// One role alone.
    #[must_use]
    pub fn of(role: Role) -> Self {
        Self(role.bit())
    }

    /// Tells whether they let do what a role does: who administers may do everything.
    #[must_use]
    pub fn allow(self, role: Role) -> bool {
        self.0 & (role.bit() | Role::Administracion.bit()) != 0
    }

    /// Goes through them.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        let mut all = Role::ALL.into_iter();
        std::iter::from_fn(move || all.find(|role| self.0 & role.bit() != 0))
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Role::name).collect();
        f.write_str(&names.join(","))
    }
}

impl FromStr for Roles {
    type Err = UnknownRole;

    /// Reads names with commas between them.
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let mut roles = Self(0);
        for name in text.split(',') {
            roles.0 |= name.parse::<Role>()?.bit();
        }
        Ok(roles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_as_they_are_written() {
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(role));
            assert_eq!(Roles::of(role).to_string().parse(), Ok(Roles::of(role)));
        }
        let roles: Roles = "Métricas, puntuar,administración,puntuar".parse().unwrap();
        assert_eq!(roles.to_string(), "puntuar,metricas,administracion");
        for wrong in ["", "puntuar,", "puntuar carteras", "root"] {
            let error = wrong.parse::<Roles>().unwrap_err();
            assert!(error.to_string().contains("administracion"), "{error}");
        }
    }

    #[test]
    fn a_role_allows_itself_and_administration_everything() {
        for role in Role::ALL {
            for needed in Role::ALL {
                let is_allowed = role == needed || role == Role::Administracion;
                assert_eq!(Roles::of(role).allow(needed), is_allowed, "{role} {needed}");
            }
        }
    }
}
