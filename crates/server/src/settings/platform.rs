//! What SageMaker and Vertex AI tell the containers that they start, by their environment.

use super::SettingsError;

/// What a platform's environment says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Platform {
    /// The port that it asks.
    pub port: Option<u16>,
    /// The paths that it asks.
    pub routes: Option<PlatformRoutes>,
}

/// The paths that a platform asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformRoutes {
    /// Whether a model answers.
    pub health: Option<String>,
    /// What it says of clients.
    pub predict: Option<String>,
}

/// Where Vertex asks if it does not say.
const VERTEX_PORT: u16 = 8080;

impl Platform {
    /// Reads the process's environment.
    ///
    /// # Errors
    ///
    /// [`SettingsError::Value`] for a port or a path that is none.
    pub(super) fn of_environment() -> Result<Self, SettingsError> {
        Self::of(|name| std::env::var(name).ok())
    }

    fn of(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let said = |name| variable(name).filter(|value| !value.is_empty());
        let port = |name| said(name).map(|text| port(name, text)).transpose();
        let path = |name| said(name).map(|text| path(name, text)).transpose();
        if said("AIP_MODE").as_deref() != Some("PREDICTION") {
            return Ok(Self {
                port: port("SAGEMAKER_BIND_TO_PORT")?,
                routes: None,
            });
        }
        Ok(Self {
            port: Some(port("AIP_HTTP_PORT")?.unwrap_or(VERTEX_PORT)),
            routes: Some(PlatformRoutes {
                health: path("AIP_HEALTH_ROUTE")?,
                predict: path("AIP_PREDICT_ROUTE")?,
            }),
        })
    }

    /// Where it asks, from whichever machine.
    pub(super) fn listen(&self) -> Option<String> {
        self.port.map(|port| format!("0.0.0.0:{port}"))
    }
}

fn port(key: &'static str, value: String) -> Result<u16, SettingsError> {
    value.trim().parse().map_err(|_| SettingsError::Value {
        key,
        value,
        problem: "a port is a number from 0 to 65535",
    })
}

fn path(key: &'static str, value: String) -> Result<String, SettingsError> {
    match value.starts_with('/') && !value.contains(['?', '#']) {
        true => Ok(value),
        false => Err(SettingsError::Value {
            key,
            value,
            problem: "a path begins with / and has no query",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Platform, SettingsError> {
        Platform::of(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn each_platform_says_where_it_asks() {
        assert_eq!(of(&[]).unwrap(), Platform::default());
        let sagemaker = of(&[("SAGEMAKER_BIND_TO_PORT", "8081")]).unwrap();
        assert_eq!(sagemaker.listen().as_deref(), Some("0.0.0.0:8081"));
        assert_eq!(sagemaker.routes, None);
        // Without its mode, Vertex is not meant.
        assert_eq!(of(&[("AIP_HTTP_PORT", "80")]).unwrap(), Platform::default());
        let vertex = [
            ("AIP_MODE", "PREDICTION"),
            ("AIP_HEALTH_ROUTE", "/ok"),
            ("AIP_PREDICT_ROUTE", ""),
        ];
        let vertex = of(&vertex).unwrap();
        assert_eq!(vertex.port, Some(8080));
        let routes = vertex.routes.unwrap();
        assert_eq!(
            (routes.health.as_deref(), routes.predict),
            (Some("/ok"), None)
        );
    }

    #[test]
    fn what_is_no_port_or_path_is_named() {
        let prediction = ("AIP_MODE", "PREDICTION");
        for wrong in [
            ("AIP_HTTP_PORT", "x"),
            ("AIP_HTTP_PORT", "65536"),
            ("AIP_HEALTH_ROUTE", "health"),
            ("AIP_PREDICT_ROUTE", "/a?b"),
        ] {
            let error = of(&[prediction, wrong]).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("{} = {}: ", wrong.0, wrong.1)),
                "{error}"
            );
        }
        assert!(of(&[("SAGEMAKER_BIND_TO_PORT", "-1")]).is_err());
    }
}
