//! What is seen of the model at work.

use propenso_lifecycle::monitoring::{Change, RouteKind};

use super::texts;

texts! {
    /// What is seen of the model at work.
    MonitoringWords {
        title: "Seguimiento", "Monitoring";
        lead: "Cuánto se pregunta al modelo, cuánto tarda, qué contesta y qué datos llegan mal, día a día.",
            "How much the model is asked, how long it takes, what it answers and which inputs arrive wrong, day by day.";
        no_registry: "Este servidor contesta con un solo archivo de modelo, sin registro donde guardar la cuenta de cada día. Arránquelo con un registro de modelos para ver aquí el seguimiento.",
            "This server answers by one model file, without a registry to keep the days' counts in. Start it with a registry to see them here.";
        unreachable: "La base de datos del registro no contesta; vuelva a probar dentro de un momento. El modelo sigue contestando.",
            "The registry's database does not answer; try again in a moment. The model goes on answering.";
        unreadable: "No se puede leer el registro; el diario del servidor dice por qué.", "The registry cannot be read; the server's log says why.";
        nothing: "Todavía no hay nada que enseñar en estos días. Lo que se pregunta al modelo aparece aquí a los pocos segundos.",
            "There is nothing to show of these days yet. What the model is asked appears here within seconds.";
        period: "Período", "Period";
        last_days(days: &u16): "Últimos {days} días", "Last {days} days";
        version: "Versión del modelo", "Version of the model";
        all_versions: "Todas", "All";
        version_number(number: &u32): "Versión {number}", "Version {number}";
        show: "Ver", "Show";
        volumes: "Cuánto se pregunta", "How much is asked";
        requests: "Consultas por día", "Requests by day";
        answered: "Contestadas", "Answered";
        refused: "Rechazadas", "Refused";
        portfolio_clients: "Clientes puntuados en carteras por día", "Clients scored in portfolios by day";
        day: "Día", "Day";
        clients: "Clientes", "Clients";
        total_requests: "Consultas", "Requests";
        total_refused: "Rechazadas", "Refused";
        total_clients: "Clientes puntuados", "Clients scored";
        total_not_scored: "Clientes sin puntuar", "Clients not scored";
        latency: "Cuánto tarda", "How long it takes";
        latency_chart: "Tiempo de respuesta por día, en milisegundos", "Time to answer by day, in milliseconds";
        milliseconds: "Milisegundos", "Milliseconds";
        half: "La mitad tarda como mucho", "Half take at most";
        nearly_all: "99 de cada 100 tardan como mucho", "99 of 100 take at most";
        latency_help: "Dentro del servidor, sin la red ni las carteras. Los valores son aproximados: se cuentan por tramos.",
            "Inside the server, without the network and without portfolios. The values are approximate: they are counted in steps.";
        answers: "Qué contesta", "What it answers";
        classes: "Resultado por día", "Result by day";
        share: "Parte de los clientes", "Share of the clients";
        scores: "Reparto de la probabilidad de pago", "Distribution of the probability of paying";
        probability: "Probabilidad de pago", "Probability of paying";
        scores_by_day: "Probabilidad de pago por día", "Probability of paying by day";
        low_tenth: "El 10 % más bajo, hasta", "The lowest 10% are up to";
        middle: "La mitad, hasta", "Half are up to";
        high_tenth: "El 90 %, hasta", "90% are up to";
        warnings: "Datos con aviso", "Inputs with a warning";
        warnings_help: "El cliente se puntuó, pero algo de este dato se supuso o se cambió.", "The client was scored, but something of this input was assumed or changed.";
        no_warnings: "Ningún dato con aviso en estos días.", "No input with a warning in these days.";
        rejections: "Datos rechazados", "Rejected inputs";
        rejections_help: "El cliente no se pudo puntuar por este dato.", "The client could not be scored because of this input.";
        no_rejections: "Ningún dato rechazado en estos días.", "No rejected input in these days.";
        input: "Dato", "Input";
        reason: "Motivo", "Reason";
        times: "Veces", "Times";
        per_client: "De cada 100 clientes", "Of 100 clients";
        more(count: &str): "Y {count} más, en el archivo.", "And {count} more, in the file.";
        drift: "Datos que han cambiado", "Inputs that have changed";
        drift_help(clients: &str, number: u32): "Cómo eran los datos de {clients} clientes de la cartera de referencia con la que se examinó la versión {number}, y cómo son los de los clientes que ha puntuado en estos días. Primero, los que han cambiado y más pesan en el modelo.",
            "What the inputs of {clients} clients of the reference portfolio were when version {number} was examined, and what those of the clients are whom it has scored in these days. First what has changed and moves the model most.";
        too_few_of_all: "Se ha puntuado a muy pocos clientes para decir nada todavía.", "Too few clients were scored to tell anything yet.";
        none_changed: "Ningún dato ha cambiado más de lo que hace el azar.", "No input has changed by more than chance explains.";
        changed_of(changed: usize, moved: usize, all: usize): "Han cambiado: {changed} de {all}. Han cambiado algo: {moved}.", "Changed: {changed} of {all}. Somewhat: {moved}.";
        change: "¿Ha cambiado?", "Has it changed?";
        has_changed: "Ha cambiado", "Changed";
        has_moved: "Ha cambiado algo", "Somewhat";
        is_stable: "Estable", "Stable";
        too_few: "Pocos clientes", "Too few clients";
        picture: "Referencia y ahora", "Reference and now";
        picture_of(input: &str): "Reparto de {input} en la referencia y en estos días; las cifras están debajo", "Distribution of {input} in the reference and in these days; the figures are below";
        psi: "PSI", "PSI";
        psi_by_chance: "PSI por azar", "PSI by chance";
        p_value: "Probabilidad de ser azar", "Probability of chance";
        weight: "Peso en el modelo", "Weight in the model";
        figures_of(input: &str): "Cifras de {input}", "Figures of {input}";
        bins: "Ver los tramos", "Show the bins";
        bin: "Tramo", "Bin";
        before: "Referencia", "Reference";
        after: "Estos días", "These days";
        psi_help: "Cambia lo que se mueve mucho (PSI de 0,1 o más; de 0,25 o más, «ha cambiado»), más de lo que hace el azar una de cada mil veces con tantos clientes, y sigue en pie al mirar todos los datos a la vez.",
            "What has changed moved by much (a PSI of 0.1 or more; of 0.25 or more, “changed”), by more than chance makes once in a thousand times with so many clients, and still stands when all inputs are looked at together.";
        no_reference(number: &u32): "No hay con qué comparar los datos de la versión {number}: se examinó sin cartera de referencia, o con un programa anterior. Póngala en la configuración ([models], reference) y examine otra vez la versión, con «propenso models check {number}»: desde ese momento se cuenta.",
            "There is nothing to compare the inputs of version {number} with: it was examined without a reference portfolio, or by an earlier program. Set one in the configuration ([models], reference) and examine the version again, by “propenso models check {number}”: from then on it is counted.";
        nobody_compared(number: &u32): "La versión {number} no ha puntuado a nadie en estos días desde que tiene esta cartera de referencia.",
            "Version {number} has scored nobody in these days since it has this reference portfolio.";
        shadow: "Comparación con la versión en sombra", "Comparison with the shadow";
        shadow_help(number: &u32): "La versión {number} puntúa los mismos clientes sin que nadie vea su respuesta.", "Version {number} scores the same clients, and nobody sees what it answers.";
        agreement: "Clientes con el mismo resultado en las dos, por día", "Clients with the same result by both, by day";
        same_result: "Mismo resultado", "Same result";
        no_shadow: "No hay ninguna versión en sombra comparándose en estos días.", "No shadow was compared in these days.";
        exports: "Descargar", "Download";
        exports_help: "Las cuentas de cada día en CSV, para abrirlas en una hoja de cálculo. No contienen datos de ningún cliente.",
            "Each day's counts as CSV, for a spreadsheet. They have no client's data in them.";
        export_days: "Volúmenes y tiempos", "Volumes and times";
        export_classes: "Resultados", "Results";
        export_scores: "Probabilidades", "Probabilities";
        export_inputs: "Avisos y rechazos", "Warnings and rejections";
        export_drifts: "Datos que han cambiado", "Inputs that have changed";
        export_shadow: "Sombra", "Shadow";
        other_inputs: "Otros datos", "Other inputs";
        unknown_inputs: "Datos que el modelo no pide", "Inputs that the model does not ask for";
        other_classes: "Otros", "Others";
        column_day: "dia", "day";
        column_version: "version", "version";
        column_route: "via", "route";
        column_answered: "contestadas", "answered";
        column_refused: "rechazadas", "refused";
        column_clients: "clientes", "clients";
        column_not_scored: "sin_puntuar", "not_scored";
        column_half: "ms_mitad", "ms_p50";
        column_nearly_all: "ms_99", "ms_p99";
        column_class: "resultado", "class";
        column_from: "desde", "from";
        column_to: "hasta", "to";
        column_input: "dato", "input";
        column_effect: "efecto", "effect";
        column_reason: "motivo", "reason";
        column_times: "veces", "times";
        column_bin: "tramo", "bin";
        column_reference: "referencia", "reference";
        column_period: "periodo", "period";
        column_psi: "psi", "psi";
        column_critical: "psi_por_azar", "psi_by_chance";
        column_p_value: "probabilidad_de_azar", "p_value";
        column_weight: "peso", "weight";
        column_change: "cambio", "change";
        column_champion: "en_servicio", "champion";
        column_agreed: "mismo_resultado", "agreed";
        column_to_payer: "pasan_a_pagador", "to_payer";
        column_to_non_payer: "pasan_a_no_pagador", "to_non_payer";
        column_failed: "no_puntuados_en_sombra", "failed";
        column_dropped: "no_comparados", "dropped";
        column_difference: "diferencia_media", "mean_difference";
        warned: "aviso", "warning";
        rejected: "rechazo", "rejection";
        route_prediccion: "consulta", "prediccion";
        route_predict: "programa", "predict";
        route_page: "pagina", "page";
        route_portfolio: "cartera", "portfolio";
        imputed: "No venía: se puso otro valor en su lugar", "Missing: another value was put in its place";
        clipped: "Fuera de los límites del modelo: se recortó", "Beyond the model's limits: it was clipped";
        ambiguous: "Se puede leer de dos maneras", "Can be read in two ways";
        unseen: "Valor que el modelo no conoce", "A value the model does not know";
        guessed: "Escrito de otra manera: se interpretó", "Written otherwise: it was interpreted";
        unknown_input: "El modelo no pide este dato", "The model does not ask for it";
        absent: "No se envió", "Not sent";
        missing: "Vacío, y hace falta", "Empty, and needed";
        repeated: "Enviado varias veces", "Sent several times";
        wrong_type: "No es del tipo que se espera", "Not of the type that is expected";
        unknown_spelling: "Texto que no se reconoce", "A text that is not recognised";
        not_a_number: "No es un número", "Not a number";
        grouping: "Miles mal separados", "Thousands set apart wrongly";
        not_finite: "Número demasiado grande para leerlo", "A number too large to be read";
        not_whole: "No es un número entero", "Not a whole number";
        below_minimum: "Menor de lo permitido", "Below the minimum";
        above_maximum: "Mayor de lo permitido", "Above the maximum";
        out_of_range: "Fuera de los valores permitidos", "Out of the ranges that are allowed";
        not_a_year_month: "No es un año y un mes", "Not a year and a month";
        not_a_date: "No es una fecha", "Not a date";
        no_logarithm: "Demasiado pequeño: no tiene logaritmo", "Too small to have a logarithm";
        not_positive: "Tiene que ser mayor que cero", "Must be greater than zero";
        too_large: "Demasiado grande para el modelo", "Too large for the model";
        no_answer: "El modelo no supo contestar", "The model had no answer";
        in_portfolio: "En una cartera: su lista de rechazados dice por qué", "In a portfolio: its list of rejected rows says why";
    }
}

impl MonitoringWords {
    /// What a kind of warning, or what was wrong with an input, is called.
    pub(in crate::http::pages) fn of_reason(self, name: &str) -> Option<&'static str> {
        Some(match name {
            "imputed" => self.imputed(),
            "clipped" => self.clipped(),
            "ambiguous" => self.ambiguous(),
            "unseen" => self.unseen(),
            "guessed" => self.guessed(),
            "unknown_input" => self.unknown_input(),
            "absent" => self.absent(),
            "missing" => self.missing(),
            "repeated" => self.repeated(),
            "wrong_type" => self.wrong_type(),
            "unknown_spelling" => self.unknown_spelling(),
            "not_a_number" => self.not_a_number(),
            "grouping" => self.grouping(),
            "not_finite" => self.not_finite(),
            "not_whole" => self.not_whole(),
            "below_minimum" => self.below_minimum(),
            "above_maximum" => self.above_maximum(),
            "out_of_range" => self.out_of_range(),
            "not_a_year_month" => self.not_a_year_month(),
            "not_a_date" => self.not_a_date(),
            "no_logarithm" => self.no_logarithm(),
            "not_positive" => self.not_positive(),
            "too_large" => self.too_large(),
            "no_answer" => self.no_answer(),
            "portfolio" => self.in_portfolio(),
            _ => return None,
        })
    }

    /// What the comparison of an input comes to.
    pub(in crate::http::pages) fn of_change(self, change: Change) -> &'static str {
        match change {
            Change::Changed => self.has_changed(),
            Change::Some => self.has_moved(),
            Change::Stable => self.is_stable(),
            Change::TooFew => self.too_few(),
        }
    }

    /// What a way to ask is called in a file.
    pub(in crate::http::pages) fn of_route(self, route: RouteKind) -> &'static str {
        match route {
            RouteKind::Prediccion => self.route_prediccion(),
            RouteKind::Predict => self.route_predict(),
            RouteKind::Page => self.route_page(),
            RouteKind::Portfolio => self.route_portfolio(),
        }
    }
}

#[cfg(test)]
mod tests {
    use propenso_scoring::{Fault, Language, WarningKind};

    use super::*;

    #[test]
    fn everything_that_is_counted_has_a_text() {
        let kinds = WarningKind::ALL.map(WarningKind::as_str);
        for name in kinds.iter().chain(&Fault::NAMES) {
            for language in [Language::Spanish, Language::English] {
                let text = MonitoringWords(language).of_reason(name);
                assert!(text.is_some(), "{name}");
            }
        }
    }
}
