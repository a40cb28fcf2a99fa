//! One client.

use super::texts;

texts! {
    /// One client.
    ClientWords {
        title: "Cliente", "Client";
        lead: "Escriba los datos del cliente. Lo que no sepa, déjelo en blanco si el campo lo admite.",
            "Type what is known of the client. Leave blank what you do not know, where the field takes that.";
        data: "Datos del cliente", "The client's data";
        reference: "Referencia del cliente", "The client's reference";
        reference_help: "Número o código con que lo identifica su gestora; sirve para encontrar después sus decisiones. No influye en el resultado.",
            "The number or code that your agency knows the client by; decisions are found again by it. It does not count for the result.";
        choose: "Elija", "Choose";
        unknown: "No se sabe", "Not known";
        submit: "Calcular", "Work it out";
        clear: "Otro cliente", "Another client";
        one_wrong: "Hay un dato que no se puede usar; está marcado abajo.", "One value cannot be used; it is marked below.";
        many_wrong(count: &usize): "Hay {count} datos que no se pueden usar; están marcados abajo.", "{count} values cannot be used; they are marked below.";
        result: "Resultado", "Result";
        nothing_yet: "El resultado aparecerá aquí.", "The result will be shown here.";
        probability: "Probabilidad de pago", "Probability of paying";
        class_probability: "Probabilidad de esa clase", "Probability of that class";
        value: "Valor estimado", "Estimated value";
        band: "Banda", "Band";
        band_help: "De la A, los que más pagan, a la E", "From A, who pay most, to E";
        classes: "Probabilidad de cada clase", "Probability of each class";
        class: "Clase", "Class";
        warnings: "A tener en cuenta", "Worth knowing";
        reasons: "Por qué", "Why";
        reasons_lead(base: &str): "Sin saber nada del cliente, el modelo diría {base}. Cada dato lo mueve:",
            "Not knowing anything of the client, the model would say {base}. Each value moves it:";
        reason: "Motivo", "Reason";
        points: "Puntos", "Points";
        bar: "Cuánto", "How much";
        change: "Qué cambiaría el resultado", "What would change the result";
        change_ask: "Buscar", "Look for it";
        change_busy: "Buscando el cambio más pequeño…", "Looking for the smallest change…";
        what_if: "¿Y si…?", "What if…?";
        what_if_lead: "Cambie cualquier dato del formulario, con los deslizadores o escribiendo, y mire aquí el resultado. Es una prueba: no cambia nada del cliente.",
            "Change any value of the form, by its slider or by typing, and look at the result here. It is a trial: nothing of the client is changed.";
        what_if_button: "Probar", "Try";
        points_away(points: &str): "{points} puntos respecto al resultado", "{points} points from the result";
        history: "Historial", "History";
        history_lead: "Las decisiones anteriores sobre este cliente están en Decisiones. Se anota quién mira y por qué.",
            "Earlier decisions on this client are below Decisions. Who looks, and why, is written down.";
        history_why: "Por qué las consulta", "Why you look at them";
        history_go: "Ver sus decisiones", "See the decisions";
        on_record(id: &str): "Registrada como decisión {id}", "On record as decision {id}";
        model(name: &str): "Modelo {name}", "Model {name}";
        print: "Imprimir", "Print";
        no_longer: "Ese dato ya no se puede usar", "That cannot be used any more";
    }
}
