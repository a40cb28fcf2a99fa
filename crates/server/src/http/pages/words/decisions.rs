//! Decisions on record.

use super::texts;

texts! {
    /// Decisions on record.
    DecisionWords {
        title: "Decisiones", "Decisions";
        lead: "Qué se contestó, a quién, con qué datos y por qué modelo. Se anota quién mira y por qué.",
            "What was answered, to whom, on what data and by which model. Who looks, and why, is written down.";
        look_for: "Buscar", "Look for";
        id: "Decisión", "Decision";
        id_help: "Su código, si lo tiene; está en la respuesta y en la carta", "Its code, if you have it; it is in the answer and in the letter";
        client: "Cliente", "Client";
        client_help: "La referencia con que se consultó", "The reference it was asked with";
        from: "Desde", "From";
        until: "Hasta", "Until";
        why: "Por qué lo consulta", "Why you look at it";
        why_help: "Por ejemplo, «reclamación 123» o «pregunta del cliente»", "For example, \"complaint 123\" or \"the client asks\"";
        find: "Buscar", "Find";
        none_found: "No hay ninguna decisión así.", "There is no such decision.";
        found: "Decisiones encontradas", "Decisions that were found";
        more: "Ver más", "See more";
        when: "Fecha", "When";
        result: "Resultado", "Result";
        probability: "Probabilidad", "Probability";
        value: "Valor", "Value";
        version: "Versión", "Version";
        asked_by: "Quién preguntó", "Who asked";
        way: "Por dónde", "By which way";
        show: "Ver", "Show";
        show_one(id: &str): "Ver la decisión {id}", "Show decision {id}";
        was_forgotten: "olvidada", "forgotten";
        anyone: "cualquiera (nadie tenía clave)", "anyone (nobody had a key)";
        this_machine: "este ordenador", "this machine";
        portfolio(job: &str): "cartera {job}", "portfolio {job}";
        export: "Descargar", "Download";
        export_lead: "Todas las decisiones de unos días, en un CSV que se abre con Excel. Contiene datos personales.",
            "All decisions of some days, in a CSV that Excel opens. It holds personal data.";
        export_go: "Descargar", "Download";
        too_many_days: "Diga desde qué día; como mucho 93 días de una vez. Para más: «propenso decisions export».",
            "Say from which day on; 93 days at most at a time. For more: `propenso decisions export`.";
        not_written: "El archivo no se puede escribir; avise a informática: puede faltar sitio en el disco.",
            "The file cannot be written; tell IT: there may be no room on the disk.";
        one_title: "Decisión", "Decision";
        facts: "Quién, cómo y con qué", "Who, how and by what";
        model: "Modelo", "Model";
        contract: "Contrato", "Contract";
        program: "Programa", "Program";
        file_row: "Fila del archivo", "Row of the file";
        control: "Grupo de control", "Control group";
        request: "Petición", "Request";
        one_file: "ninguna: se servía un archivo", "none: one file was served";
        pseudonym_only: "se guarda solo un seudónimo", "a pseudonym alone is kept";
        no_client: "No se guardó de qué cliente era", "It was not kept which client it was";
        inputs: "Datos que se enviaron", "What was sent";
        input: "Dato", "Input";
        sent: "Enviado", "Sent";
        not_sent: "(no se envió)", "(not sent)";
        empty: "(vacío)", "(empty)";
        withheld: "(se envió y no se guarda)", "(sent, and not kept)";
        not_an_input: "(el modelo no lo conoce)", "(not known to the model)";
        pseudonym(text: &str): "seudónimo {text}", "pseudonym {text}";
        inputs_forgotten: "Se olvidaron: de la persona ya no se guarda nada. El resultado y la cadena siguen.",
            "They were forgotten: nothing of the person is kept any more. The result and the chain stay.";
        warnings: "Avisos", "Warnings";
        reasons: "Motivos que se dieron", "Reasons that were given";
        reason: "Dato", "Input";
        points: "Puntos", "Points";
        base: "De partida", "To begin with";
        change: "Cambio que daría otro resultado", "Change that would have changed it";
        change_none: "Se buscó y no se encontró.", "Sought, and not found.";
        then: "Entonces", "Then";
        chain: "Lugar en la cadena", "Place in the chain";
        chain_name: "Cadena", "Chain";
        chain_place: "Lugar", "Place";
        chain_hash: "Huella", "Hash";
        chain_before: "Huella anterior", "Hash before";
        yes: "sí", "yes";
        no: "no", "no";
        acts: "Qué se puede hacer", "What can be done";
        replay: "¿Saldría lo mismo hoy?", "Would it be the same today?";
        replay_lead: "Se calcula otra vez con el modelo de aquel día y se compara bit a bit.",
            "It is worked out again with the model of that day, and compared bit by bit.";
        replay_go: "Calcular otra vez", "Work it out again";
        letter: "Carta a la persona", "Letter to the person";
        letter_lead: "Dos páginas para imprimir: el resultado, los datos, cómo contó cada uno, y qué puede hacer.",
            "Two pages to print: the result, the data, how each counted, and what can be done.";
        letter_to: "Nombre y dirección", "Name and address";
        letter_go: "Hacer la carta", "Write the letter";
        hold: "Retener", "Hold";
        hold_lead: "Mientras un cliente está retenido no se borra nada suyo: una reclamación o un pleito.",
            "While a client is held nothing of theirs is erased: a complaint, or a lawsuit.";
        hold_go: "Retener al cliente", "Hold the client";
        release_go: "Soltar al cliente", "Release the client";
        forget: "Olvidar", "Forget";
        forget_lead: "Borra los datos personales de todas las decisiones sobre este cliente. Quedan el resultado y su lugar en la cadena.",
            "Erases the personal data of all decisions on this client. The result and its place in the chain stay.";
        forget_sure: "Entiendo que no se puede deshacer", "I understand that it cannot be undone";
        forget_go: "Olvidar al cliente", "Forget the client";
        not_sure: "No se ha olvidado nada: marque la casilla que dice que no se puede deshacer.",
            "Nothing was forgotten: tick the box that says it cannot be undone.";
        were_forgotten(count: &u64): "Se han olvidado los datos de {count} decisiones.", "The data of {count} decisions were forgotten.";
        is_held_now: "El cliente queda retenido.", "The client is held.";
        is_released: "El cliente ya no está retenido.", "The client is held no longer.";
        is_held(by: &str, why: &str): "Este cliente está retenido por {by} ({why}): no se olvida nada suyo hasta que se suelte.",
            "This client is held by {by} ({why}): nothing of theirs is forgotten until that hold is released.";
        held_already: "Este cliente ya está retenido.", "This client is held already.";
        not_held: "Este cliente no está retenido.", "This client is not held.";
        same: "Sale lo mismo, bit a bit.", "It is the same, bit by bit.";
        other: "Ya no sale lo mismo: avise a informática y al equipo de analítica.", "It is not the same any more: tell IT and the analysts.";
        refused: "El modelo de aquel día no admite hoy esos datos: avise al equipo de analítica.", "The model of that day does not take these data now: tell the analysts.";
        forgotten: "Sus datos se olvidaron: no se puede calcular otra vez.", "Its data were forgotten: it cannot be worked out again.";
        was_withheld: "No se guardaron todos sus datos: no se puede calcular otra vez.", "Not all of its data were kept: it cannot be worked out again.";
        no_model: "El modelo de aquel día ya no está aquí.", "The model of that day is not here any more.";
        say_why: "Diga por qué, en 500 caracteres como mucho: se anota junto a quién consulta.", "Say why, in 500 characters at most: it is written down with who asks.";
        no_id: "No es el código de una decisión; cópielo entero.", "That is no decision's code; copy it whole.";
        none_of_that_name: "No hay ninguna decisión con ese código: es de otro servidor, ya pasó su plazo o no se guardó.",
            "There is no decision of that code: it is another server's, its time was over, or it was never kept.";
        no_day: "Escriba un día, como 2026-11-30.", "Write a day, as 2026-11-30.";
        no_record: "Este servidor no guarda decisiones; lo dice [record] mode en su configuración.", "This server keeps no decisions; [record] mode of its configuration says so.";
        disk_full: "El disco está lleno: no se puede anotar quién consulta. Haga sitio y repita.", "The disk is full: it cannot be written down who asks. Make room and ask again.";
        unusable: "El registro de decisiones no se puede leer; avise a informática.", "The record of decisions cannot be read; tell IT.";
    }
}
