//! Models: which there are, and what each is worth.

use super::texts;

texts! {
    /// Models: which there are, and what each is worth.
    ModelsWords {
        title: "Modelos", "Models";
        version: "Versión", "Version";
        version_of(number: u32): "Versión {number}", "Version {number}";
        short(number: u32): "v{number}", "v{number}";
        no_registry: "Este servidor contesta con un solo archivo y no lleva la cuenta de los modelos.",
            "This server serves one file, and keeps no account of models.";
        no_such_version: "No existe esa versión.", "There is no such version.";
        // What is in service.
        in_service: "En servicio", "In service";
        answers(number: u32): "Contesta la versión {number}", "Version {number} answers";
        since(when: &str, who: &str): "Desde el {when}, por {who}.", "Since {when}, by {who}.";
        reason_given(why: &str): "Motivo: {why}", "Reason: {why}";
        nothing_in_service: "Todavía no hay ningún modelo en servicio.", "No model is in service yet.";
        nothing_help: "Añada un modelo más abajo; cuando esté examinado, su página tiene el botón para ponerlo en servicio.",
            "Add a model below; when it has been examined, its page has the button that puts it in service.";
        fallback(champion: u32, other: &str): "La versión {champion} está elegida, pero no se puede abrir. Mientras tanto contesta {other}. Avise a informática.",
            "Version {champion} is chosen, but cannot be opened. Meanwhile {other} answers. Tell IT.";
        no_version: "ninguna", "none";
        // Which version answered when.
        timeline: "Qué versión contestaba", "Which version answered";
        history: "Línea de tiempo", "Timeline";
        day: "Día", "Day";
        day_help: "Diga un día y vea qué versión contestaba.", "Name a day to see which version answered.";
        look: "Ver", "Look up";
        on_day(day: &str): "El día {day}:", "On {day}:";
        day_answer(number: u32, from: &str, until: &str): "contestaba la versión {number} (desde el {from} hasta el {until})",
            "version {number} answered (from {from} until {until})";
        day_answer_now(number: u32, from: &str): "contestaba la versión {number} (desde el {from} hasta ahora)",
            "version {number} answered (from {from} until now)";
        day_nobody: "no contestaba ninguna versión.", "no version answered.";
        day_wrong: "Escriba un día como 2026-11-26.", "Type a day like 2026-11-26.";
        events: "Lo que ha pasado", "What happened";
        events_last(count: usize): "Lo último que ha pasado ({count})", "What happened last ({count})";
        when: "Cuándo", "When";
        what: "Qué", "What";
        who: "Quién", "Who";
        why: "Por qué", "Why";
        event_added: "Recibida y examinada", "Received and examined";
        event_checked: "Examinada otra vez", "Examined again";
        event_shadow: "Empieza a puntuar en la sombra", "Begins to score in the shadow";
        event_promoted: "Puesta en servicio", "Put in service";
        event_overruled: "Puesta en servicio a pesar de las comprobaciones", "Put in service despite the checks";
        event_back: "En servicio otra vez", "In service again";
        event_replaced: "Deja de contestar", "Answers no longer";
        event_retired: "Retirada", "Retired";
        event_fallback: "Contesta porque la elegida no se puede abrir", "Answers because the chosen one cannot be opened";
        // Versions.
        versions: "Versiones", "Versions";
        versions_table: "Todas las versiones, la más nueva primero", "All versions, the newest first";
        state: "Qué hace", "State";
        verdict: "Examen", "Examination";
        received: "Recibida", "Received";
        answering_since: "En servicio desde", "In service since";
        file: "Archivo", "File";
        by: "Por", "By";
        newer: "← Más nuevas", "← Newer";
        older: "Más antiguas →", "Older →";
        page_of(page: u32, pages: u32): "Página {page} de {pages}", "Page {page} of {pages}";
        paging: "Páginas de versiones", "Pages of versions";
        state_candidate: "En espera", "Waiting";
        state_shadow: "En la sombra", "In the shadow";
        state_champion: "En servicio", "In service";
        state_retired: "Retirada", "Retired";
        state_rejected: "Rechazada", "Rejected";
        verdict_passed: "Bien", "Passed";
        verdict_warned: "Con avisos", "With warnings";
        verdict_failed: "No pasa", "Failed";
        // Upload.
        upload: "Añadir un modelo", "Add a model";
        upload_lead: "Se examina en el momento, sin ejecutar nada de lo que contiene. No cambia lo que contesta hasta que alguien lo ponga en servicio.",
            "It is examined at once, and nothing in it is executed. What answers does not change until somebody puts it in service.";
        upload_lead_auto: "Se examina en el momento, sin ejecutar nada de lo que contiene. Si pasa todas las comprobaciones sin avisos, entra en servicio solo: así está configurado.",
            "It is examined at once, and nothing in it is executed. If it passes all checks without a warning it goes into service by itself: that is configured.";
        upload_file: "Archivo del modelo", "Model file";
        upload_file_help: "El que envía analítica: .pkl, .joblib, .skops, .json, .ubj, .txt, .keras, .onnx, o un .zip con uno solo.",
            "What analytics sends: .pkl, .joblib, .skops, .json, .ubj, .txt, .keras, .onnx, or a .zip of one.";
        upload_more: "Lo que viene con él (si viene)", "What comes with it (if it does)";
        upload_golden: "Filas de comprobación", "Golden rows";
        upload_golden_help: "Clientes con la respuesta que dio quien lo entrenó: se comprueba que aquí sale la misma.",
            "Clients with the answers that whoever trained it got: they must come out the same here.";
        upload_holdout: "Clientes de resultado conocido", "Clients whose outcome is known";
        upload_holdout_help: "Con una columna que dice quién pagó: se mide cuánto acierta, al lado del que está en servicio.",
            "With a column that says who paid: how well it does is measured, beside the one in service.";
        upload_contract: "Contrato", "Contract";
        upload_contract_help: "Cómo se leen los datos (.toml). Sin él, vale el del modelo en servicio.",
            "How inputs are read (.toml). Without it, that of the model in service.";
        upload_workshop: "Hacer un contrato en el taller", "Make a contract in the workshop";
        upload_note: "Nota", "Note";
        upload_note_help: "Para reconocerlo después: «diciembre 2026», por ejemplo.", "To know it later: \"December 2026\", say.";
        your_name: "Su nombre", "Your name";
        your_name_help: "Queda anotado quién lo hace.", "Who did it is kept on record.";
        upload_submit: "Examinar", "Examine";
        upload_wrong: "Elija el archivo del modelo. Si ya lo eligió, el formulario llegó incompleto: envíelo otra vez.",
            "Choose the model file. If you did, the form arrived incomplete: send it again.";
        upload_wrong_contract: "El contrato no se puede usar; el archivo elegido no es un contrato, o le falta algo.",
            "The contract cannot be used; the chosen file is none, or lacks something.";
        too_many: "Ya se están examinando otros modelos. Espere a que terminen y envíelo otra vez.",
            "Other models are being examined. Wait until they are done, and send it again.";
        // Examination under way.
        examining: "Examinando el modelo", "Examining the model";
        examining_file(file: &str): "Archivo {file}", "File {file}";
        examining_lead: "Esta página se actualiza sola. Puede cerrarla: el examen sigue, y el resultado queda en «Modelos».",
            "This page follows by itself. You may close it: the examination goes on, and its result stays in \"Models\".";
        step_done: "hecho", "done";
        step_now: "en ello", "under way";
        step_waiting: "pendiente", "to come";
        step_reading: "Leer el archivo, sin ejecutar nada", "Read the file, executing nothing";
        step_fit: "Comprobar que espera los datos que se envían", "Check that it expects the inputs that are sent";
        step_golden: "Repetir las filas de comprobación", "Repeat the golden rows";
        step_drift: "Puntuar la cartera de referencia y compararla", "Score the reference portfolio, and compare";
        step_holdout: "Medir el acierto con resultados conocidos", "Measure how well it does on known outcomes";
        step_keeping: "Guardar la versión", "Keep the version";
        progress(done: usize, all: usize): "{done} de {all} pasos", "{done} of {all} steps";
        not_examined: "No se ha podido examinar", "It could not be examined";
        failed_contract: "El contrato no se puede usar con este modelo.", "The contract cannot be used with this model.";
        failed_room: "El disco del servidor está lleno. Avise a informática y envíelo otra vez: no ha cambiado nada.",
            "The server's disk is full. Tell IT, and send it again: nothing has changed.";
        failed_unreachable: "La base de datos de los modelos no contesta. Envíelo otra vez dentro de un momento; se sigue contestando con el de siempre.",
            "The models' database does not answer. Send it again in a moment; what is served is served on.";
        failed_other: "El registro de actividad del servidor dice por qué. Avise a informática: no ha cambiado nada.",
            "The server's log says why. Tell IT: nothing has changed.";
        gone: "De ese examen ya no se sabe nada: mire si la versión está en la lista.",
            "Nothing is known of that examination any more: see whether the version is in the list.";
        refresh: "Actualizar", "Refresh";
        back_to_models: "Volver a Modelos", "Back to Models";
        technical: "Detalle técnico", "Technical detail";
        // A version.
        facts: "De dónde viene", "Where it comes from";
        hash: "Huella", "Hash";
        note: "Nota", "Note";
        contract: "Contrato", "Contract";
        way: "Entrada", "Way in";
        way_command: "línea de comandos", "command line";
        way_upload: "subida a esta página o por programa", "uploaded here or by a program";
        way_inbox: "carpeta de entrada", "inbox folder";
        what_is_in_it: "Qué hay en el archivo", "What is in the file";
        passed: "Ha pasado todas las comprobaciones.", "It has passed all checks.";
        warned: "Ha pasado las comprobaciones, con avisos: alguien debe mirarlos antes de ponerlo en servicio.",
            "It has passed the checks, with warnings: somebody should look before it is put in service.";
        failed: "No pasa las comprobaciones. No se va a usar, si nadie decide otra cosa.",
            "It does not pass the checks. It will not be used, unless somebody decides otherwise.";
        failed_in_service: "No pasa las comprobaciones de ahora, y está en servicio. Alguien debe decidir.",
            "It does not pass today's checks, and is in service. Somebody has to decide.";
        now_answers(since: &str): "Está en servicio: contesta desde el {since}.", "It is in service: it answers since {since}.";
        now_shadow(champion: u32): "Contesta la versión {champion}. Esta puntúa a los mismos clientes en la sombra, sin que se vea, para poder compararlas.",
            "Version {champion} answers. This one scores the same clients in the shadow, unseen, to be compared.";
        now_other(champion: u32): "Contesta la versión {champion}.", "Version {champion} answers.";
        verdict_title: "Resultado del examen", "Result of the examination";
        verdict_spanish: "", "What speaks against a model is written in Spanish, as whoever sent it is told.";
        concerns: "Qué pasa y qué hacer", "What is wrong, and what to do";
        what_to_do: "Qué hacer:", "What to do:";
        no_concerns: "Nada que decir en contra.", "Nothing speaks against it.";
        // Acts.
        act_title: "Cambiar lo que contesta", "Change what answers";
        act_promote(number: u32): "Poner en servicio la versión {number}", "Put version {number} in service";
        act_promote_over(number: u32, champion: u32): "Poner en servicio la versión {number} (en lugar de la {champion})",
            "Put version {number} in service (in place of {champion})";
        act_back(number: u32, champion: u32): "Volver a la versión {number} (en lugar de la {champion})",
            "Go back to version {number} (in place of {champion})";
        act_back_alone(number: u32): "Volver a la versión {number}", "Go back to version {number}";
        act_despite: "No pasa las comprobaciones. Se puede poner en servicio a pesar de ello si alguien que sabe por qué lo decide: queda anotado quién y por qué.",
            "It does not pass the checks. It can be put in service despite them if somebody who knows decides so: who and why is kept on record.";
        act_immediately: "Contesta desde la siguiente petición, sin perder ninguna.", "It answers from the next request on, and none is lost.";
        reason: "Motivo", "Reason";
        reason_help: "Queda anotado junto a su nombre.", "It is kept on record with your name.";
        reason_missing: "Escriba el motivo: queda anotado.", "Give the reason: it is kept on record.";
        reason_optional: "Motivo (si quiere)", "Reason (if you like)";
        changed_meanwhile(champion: &str): "Mientras tanto ha cambiado lo que contesta: ahora es {champion}. Mire si lo que quería sigue siendo lo mismo.",
            "What answers has changed meanwhile: now it is {champion}. See whether you still want the same.";
        refused_state: "Ya no se puede: lo que hace esta versión ha cambiado mientras tanto. Mire cómo está ahora.",
            "That is not possible any more: what this version does has changed meanwhile. See how it is now.";
        refused_unread: "No se puede poner en servicio: el archivo no se pudo leer, o no con su contrato.",
            "It cannot be put in service: its file could not be read, or not with its contract.";
        refused_unloadable(number: u32): "La versión {number} no se puede abrir, así que no ha cambiado nada.",
            "Version {number} cannot be opened, so nothing has changed.";
        refused_not_kept: "El archivo de esta versión ya no se guarda. Añada el modelo otra vez.",
            "The file of this version is kept no longer. Add the model again.";
        cannot_overrule: "No se puede poner en servicio ni a pesar de las comprobaciones: el archivo no se pudo leer, o no con su contrato.",
            "It cannot be put in service even despite the checks: its file could not be read, or not with its contract.";
        // Gates.
        gates: "Comprobaciones", "Checks";
        gate_reading: "Lectura del archivo", "Reading the file";
        gate_fit: "Datos que espera", "Inputs that it expects";
        gate_golden: "Filas de comprobación", "Golden rows";
        gate_drift: "Cartera de referencia", "Reference portfolio";
        gate_holdout: "Resultados conocidos", "Known outcomes";
        outcome_pass: "bien", "passed";
        outcome_warn: "aviso", "warning";
        outcome_fail: "mal", "failed";
        outcome_skipped: "sin datos", "no data";
        class: "Tipo de modelo", "Kind of model";
        writer: "Guardado con", "Written by";
        inputs: "Columnas", "Inputs";
        rows_as_expected: "Filas con la respuesta esperada", "Rows answered as expected";
        of_rows(part: &str, all: &str): "{part} de {all}", "{part} of {all}";
        rows_rounded: "Con diferencias de redondeo", "With differences of rounding";
        rows_ties: "Donde el redondeo decide", "Where rounding decides";
        rows_unanswered: "Sin respuesta", "Not answered";
        rows_champion: "Filas del modelo en servicio que contesta", "Rows of the model in service that it answers";
        rows_first: "Las primeras que no coinciden", "The first that differ";
        no_golden: "Vino sin filas de comprobación.", "It came without golden rows.";
        no_reference: "No hay cartera de referencia con que compararlo.", "There is no reference portfolio to compare it on.";
        no_holdout: "No vinieron clientes con resultado conocido.", "No clients came whose outcome is known.";
        portfolio: "Cartera", "Portfolio";
        clients: "Clientes", "Clients";
        unscored: "Sin puntuar", "Not scored";
        mean: "Probabilidad media", "Mean probability";
        mean_champion(number: u32): "Probabilidad media de la versión {number}", "Mean probability of version {number}";
        flips: "Cambian de clasificación", "Change class";
        flips_of(share: &str, up: &str, down: &str): "{share}: {up} pasan a pagador, {down} a no pagador", "{share}: {up} become payers, {down} non-payers";
        psi: "Cuánto se mueven las probabilidades (PSI)", "How far probabilities move (PSI)";
        psi_of(psi: &str, critical: &str): "{psi}; por azar no pasaría de {critical}", "{psi}; chance would not exceed {critical}";
        psi_chart(number: u32): "Cuánto se mueven las probabilidades respecto a la versión {number}", "How far probabilities move from version {number}";
        psi_short: "PSI", "PSI";
        psi_by_chance: "Lo que llega a moverse por azar", "What chance alone reaches";
        decile_moves: "Cambian de décimo", "Change their tenth";
        decile_moves_of(one: &str, two: &str): "{one}; dos décimos o más, {two}", "{one}; by two tenths or more, {two}";
        migration(number: u32): "De qué décimo a cuál pasan los clientes, respecto a la versión {number}",
            "From which tenth to which clients move, against version {number}";
        migration_help: "El décimo 1 es el de los clientes a los que se llama primero. En la diagonal están los que no se mueven.",
            "Tenth 1 is who is called first. On the diagonal are those who do not move.";
        tenth_before(number: u32): "Versión {number}", "Version {number}";
        tenth_now: "Este modelo", "This model";
        deciles: "Probabilidad con la que se entra en cada décimo", "Probability that each tenth begins at";
        tenth: "Décimo", "Tenth";
        probability: "Probabilidad", "Probability";
        importance: "Cuánto mueve cada dato la probabilidad", "How far each input moves the probability";
        importance_help(clients: &str): "De media, en {clients} clientes de la cartera de referencia, hacia arriba o hacia abajo.",
            "On average, in {clients} clients of the reference portfolio, up or down.";
        input: "Dato", "Input";
        points: "Puntos, de media", "Points, on average";
        points_of(points: &str): "{points} puntos", "{points} points";
        left_out: "Fuera por no tener resultado o puntuación", "Left out: no outcome or no score";
        payers: "Pagaron", "Paid";
        figures: "Cuánto acierta", "How well it does";
        figure: "Medida", "Figure";
        this_model: "Este modelo", "This model";
        auc: "AUC (intervalo del 95 %)", "AUC (95% interval)";
        gini: "Gini", "Gini";
        ks: "KS", "KS";
        log_loss: "Pérdida logarítmica", "Log loss";
        brier: "Brier", "Brier";
        accuracy: "Acierto", "Accuracy";
        baseline: "Acierto de decir siempre «no paga»", "Accuracy of always saying \"does not pay\"";
        auc_difference: "Diferencia de AUC", "Difference in AUC";
        auc_difference_of(value: &str, low: &str, high: &str): "{value} (entre {low} y {high})", "{value} (between {low} and {high})";
        roc: "Curva ROC", "ROC curve";
        roc_x: "Llamados que no pagan", "Called who do not pay";
        roc_y: "Pagadores a los que se llega", "Payers reached";
        gains: "A cuántos de los que pagan se llega", "How many of the payers are reached";
        gains_x: "Clientes llamados", "Clients called";
        by_chance: "Al azar", "By chance";
        calibration: "Si paga la parte que dice", "Whether as many pay as it says";
        calibration_x: "Probabilidad que dice", "Probability it says";
        calibration_y: "Parte que pagó", "Share who paid";
        perfect: "Acierto exacto", "Exactly right";
        no_curves: "Las curvas se guardan desde diciembre de 2026: envíe otra vez el modelo con sus clientes de resultado conocido para verlas.",
            "Curves are kept since December 2026: send the model again with its clients of known outcome to see them.";
        // Shadow.
        shadow: "En la sombra, día a día", "In the shadow, day by day";
        shadow_none: "Todavía no se ha comparado con ninguna petición.", "It has not been compared on any request yet.";
        shadow_agreement: "Clientes a los que las dos versiones clasifican igual", "Clients whom both versions class alike";
        agreement: "Igual clasificación", "Same class";
        shadow_moves: "Cuánto se separan sus probabilidades", "How far their probabilities are apart";
        compared: "Comparados", "Compared";
        beside: "Con la versión", "Beside version";
        to_payer: "A pagador", "To payer";
        to_non_payer: "A no pagador", "To non-payer";
        mean_difference: "Diferencia media", "Mean difference";
        dropped: "Sin tiempo de comparar", "No time to compare";
        shadow_days(count: usize): "Los últimos {count} días", "The last {count} days";
        // The file.
        file_title(number: u32): "Qué hay en el archivo de la versión {number}", "What is in the file of version {number}";
        file_lead: "Se ha leído sin ejecutar nada.", "It was read, and nothing was executed.";
        file_size: "Tamaño", "Size";
        file_form: "Forma", "Form";
        file_zip: "solo dentro de un .zip", "alone in a .zip";
        file_class: "Modelo", "Model";
        file_library: "Biblioteca", "Library";
        file_trees: "Árboles", "Trees";
        file_trees_of(trees: &str, nodes: &str, depth: &str): "{trees}, con {nodes} nodos; profundidad {depth}", "{trees}, with {nodes} nodes; depth {depth}";
        file_steps: "Pasos antes del modelo", "Steps before the model";
        file_classes: "Clases", "Classes";
        file_no_classes: "ninguna: da un número", "none: it gives a number";
        file_without_probabilities: "sin probabilidades", "without probabilities";
        file_verified: "Comprobado", "Verified";
        file_verified_yes: "sí: cada paso se ha comparado con las respuestas del original", "yes: every step was compared with the original's answers";
        file_verified_no(parts: &str): "no todo: {parts}. Pida filas de comprobación con el modelo", "not all: {parts}. Ask for golden rows with the model";
        file_foreign: "Nombres ajenos", "Foreign names";
        file_none: "ninguno", "none";
        file_beside: "Junto al modelo", "Beside the model";
        file_not_used(names: &str): "{names} (no se usa)", "{names} (not used)";
        file_more: "Aviso", "Warning";
        file_trailing: "Después del modelo hay más, que no se lee.", "Behind the model there is more, which is not read.";
        file_inputs: "Columnas que espera el modelo", "Inputs that the model expects";
        file_input: "Columna", "Input";
        file_kind: "Tipo", "Kind";
        file_missing: "Si falta", "If missing";
        file_values: "Valores que conoce", "Values it knows";
        kind_number: "número", "number";
        kind_text: "texto", "text";
        kind_unused: "no se usa", "not used";
        missing_refused: "no se admite", "refused";
        missing_accepted: "se admite", "accepted";
        missing_unknown: "como desconocido", "as unknown";
        missing_value(value: &str): "se pone {value}", "{value} in its place";
        more_inputs(count: usize): "… y {count} más.", "… and {count} more.";
        file_not_served: "Por qué no se puede usar", "Why it cannot be used";
    }
}
