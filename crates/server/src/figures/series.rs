//! Values by labels, as they are when somebody asks.

use std::fmt;

use prometheus_client::encoding::{EncodeMetric, MetricEncoder};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::{MetricType, TypedMetric};
use prometheus_client::registry::Registry;

use super::names::Name;

/// Names and values that tell the series of a family apart.
pub type Labels = Vec<(&'static str, String)>;

/// The series of a family. One that has none yet is declared all the same, so that what is watched for is seen to be there.
#[derive(Debug)]
pub struct Series<M>(Vec<(Labels, M)>);

impl<M> FromIterator<(Labels, M)> for Series<M> {
    fn from_iter<I: IntoIterator<Item = (Labels, M)>>(series: I) -> Self {
        Self(series.into_iter().collect())
    }
}

impl<M: EncodeMetric + TypedMetric> EncodeMetric for Series<M> {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        for (labels, metric) in &self.0 {
            metric.encode(encoder.encode_family(labels)?)?;
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        M::TYPE
    }
}

/// A count under a name that does not say so: another program's, which has no `_total`.
#[derive(Debug)]
pub struct Plain(pub u64);

impl TypedMetric for Plain {
    const TYPE: MetricType = MetricType::Unknown;
}

impl EncodeMetric for Plain {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        encoder.encode_gauge(&self.0)
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}

/// Adds a family to a registry.
pub fn add<M>(registry: &mut Registry, name: Name, series: impl IntoIterator<Item = (Labels, M)>)
where
    M: EncodeMetric + TypedMetric + Send + Sync + fmt::Debug + 'static,
{
    let series: Series<M> = series.into_iter().collect();
    registry.register(name.registered(), name.help(), series);
}

/// Adds a family of counts.
pub fn add_counts(
    registry: &mut Registry,
    name: Name,
    counts: impl IntoIterator<Item = (Labels, u64)>,
) {
    let counts = counts.into_iter();
    let counts = counts.map(|(labels, count)| (labels, ConstCounter::new(count)));
    add(registry, name, counts);
}

/// Adds a family of values that go up and down.
pub fn add_gauges(
    registry: &mut Registry,
    name: Name,
    values: impl IntoIterator<Item = (Labels, f64)>,
) {
    let values = values.into_iter();
    let values = values.map(|(labels, value)| (labels, ConstGauge::new(value)));
    add(registry, name, values);
}

/// Adds a value without labels, where there is one.
pub fn add_gauge(registry: &mut Registry, name: Name, value: Option<f64>) {
    add_gauges(registry, name, value.map(|value| (Labels::new(), value)));
}
