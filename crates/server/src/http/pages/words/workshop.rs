//! Contracts in the making.

use super::texts;

texts! {
    /// Contracts in the making.
    WorkshopWords {
        title: "Taller de contratos", "Contract workshop";
        lead: "Un contrato dice qué datos envía un cliente y cómo se convierten en lo que el modelo espera. Aquí se hace uno a partir del modelo y de una muestra de clientes: lo que ellos no dicen se le pregunta a usted.",
            "A contract says which data a client sends and how they become what the model expects. Here one is made from the model and a sample of clients: what they do not tell is asked of you.";
        no_registry: "Este servidor contesta con un solo archivo y no lleva la cuenta de los modelos.",
            "This server serves one file, and keeps no account of models.";
        no_such_version: "No existe esa versión.", "There is no such version.";
        unreachable: "Ahora mismo no se llega al registro de modelos. Inténtelo dentro de un momento.",
            "The registry of models cannot be reached right now. Try again in a moment.";
        unknown: "Aquí no hay ningún contrato así: se quitó, pasó su tiempo, o es de otra persona.",
            "There is no such contract here: it was removed, its time is over, or it is somebody else's.";
        too_many: "Hay demasiados contratos en preparación. Quite uno que ya no haga falta.",
            "Too many contracts are in the making. Remove one that is not needed any more.";
        no_room: "Los contratos en preparación ocupan demasiado. Quite uno que ya no haga falta.",
            "The contracts in the making take up too much room. Remove one that is not needed any more.";
        // What it is made from.
        new_one: "Empezar un contrato", "Begin a contract";
        model: "Archivo del modelo", "Model file";
        model_help(most: &str): "El archivo tal como lo entregó analítica, de {most} como mucho. No se ejecuta nada de lo que contiene.",
            "The file as it was made, of {most} at most. Nothing in it is executed.";
        or_version: "O el modelo de una versión", "Or the model of a version";
        no_version: "ninguna: he elegido un archivo", "none: I have chosen a file";
        version_of(number: u32, file: &str): "Versión {number} · {file}", "Version {number} · {file}";
        begin_with: "De qué texto se parte", "Which text to begin with";
        begin_draft: "Un borrador nuevo", "A new draft";
        begin_own: "El contrato que ya tiene la versión", "The contract that the version has";
        sample: "Muestra de clientes", "Sample of clients";
        sample_help(most: &str): "Si la tiene: clientes tal como se van a enviar, en CSV, Excel, LibreOffice o Parquet, de {most} como mucho. Se mira y no se guarda.",
            "If you have one: clients as they will be sent, in CSV, Excel, LibreOffice or Parquet, of {most} at most. It is looked at, and not kept.";
        more: "El archivo tiene varias cosas dentro", "The file has several things in it";
        key: "Con qué clave está el modelo", "The key that the model is under";
        key_help: "Solo si el archivo es un diccionario o una lista con el modelo dentro.", "Only where the file is a dict or a list with the model in it.";
        begin: "Hacer el borrador", "Make the draft";
        sending: "Se está enviando…", "Sending…";
        nothing_sent: "Elija el archivo de un modelo, o una versión.", "Choose a model's file, or a version.";
        model_too_large: "Este modelo es demasiado grande para este servidor.", "This model is too large for this server.";
        model_unusable: "Este archivo no se puede usar como modelo. Pregunte a quien lo hizo; el detalle le sirve.",
            "This file cannot be used as a model. Ask whoever made it; the detail helps.";
        technical: "Detalle para quien lo hizo", "Detail for whoever made it";
        too_large: "Lo enviado es demasiado grande para este servidor.", "What was sent is too large for this server.";
        broken: "No ha llegado entero. Envíelo otra vez.", "It did not arrive whole. Send it again.";
        own: "Sus contratos en preparación", "Your contracts in the making";
        own_help(hours: i64): "Solo los ve usted. Se guardan {hours} horas desde el último cambio.",
            "Nobody but you sees them. They are kept for {hours} hours from the last change on.";
        // One in the making.
        draft_title(model: &str): "Contrato para {model}", "Contract for {model}";
        of_version(number: u32): "Modelo de la versión {number}.", "Model of version {number}.";
        kept_until(when: &str): "Se guarda hasta el {when}; solo lo ve usted.", "Kept until {when}; nobody but you sees it.";
        sample_unread(why: &str): "La muestra no se ha podido leer: {why}. El borrador está hecho sin ella; puede enviar otra más abajo.",
            "The sample could not be read: {why}. The draft was made without it; you can send another one below.";
        text: "Texto del contrato", "Text of the contract";
        text_help: "Cámbielo aquí. Una línea que empieza por # no cuenta para el programa; responda las que dicen PREGUNTA y bórrelas.",
            "Change it here. A line that begins with # does not count for the program; answer those that say QUESTION and delete them.";
        check: "Comprobar", "Check";
        download: "Descargar contrato", "Download contract";
        result: "Resultado de la comprobación", "What the check found";
        this_contract: "este contrato", "this contract";
        fits: "El contrato encaja con el modelo y no queda ninguna pregunta.", "The contract fits the model, and no question is left.";
        fits_with_one: "El contrato encaja con el modelo. Queda una pregunta por responder.", "The contract fits the model. One question is left.";
        fits_with(n: usize): "El contrato encaja con el modelo. Quedan {n} preguntas por responder.", "The contract fits the model. {n} questions are left.";
        fits_but_differs: "El contrato encaja con el modelo, pero no todas las filas de comprobación dan lo esperado.",
            "The contract fits the model, but not all golden rows are as expected.";
        one_error: "Hay un error en el texto.", "There is an error in the text.";
        errors(n: usize): "Hay {n} errores en el texto.", "There are {n} errors in the text.";
        does_not_fit: "El texto se entiende, pero no encaja con el modelo.", "The text is understood, but it does not fit the model.";
        line(line: usize): "Línea {line}", "Line {line}";
        questions: "Preguntas por responder", "Questions to answer";
        in_text: "En el texto", "In the text";
        // Golden rows.
        golden: "Filas de comprobación", "Golden rows";
        golden_help(most: &str): "Clientes con lo que contestó el modelo original, de {most} como mucho: dicen si el contrato hace lo mismo que el entrenamiento.",
            "Clients with what the original model answered, of {most} at most: they tell whether the contract does what training did.";
        golden_paste: "O pegue aquí las filas, con su cabecera", "Or paste the rows here, with their header";
        golden_kept(file: &str): "Se prueban con cada comprobación las de «{file}».", "Those of “{file}” are tried at every check.";
        golden_remove: "Ya no probarlas, y borrarlas de aquí", "Try them no more, and delete them here";
        golden_result(result: &str): "Filas de comprobación: {result}.", "Golden rows: {result}.";
        golden_unusable(why: &str): "Las filas de comprobación no se pueden usar: {why}.", "The golden rows cannot be used: {why}.";
        golden_rows: "Probadas", "Tried";
        golden_good: "Como se esperaba", "As expected";
        golden_different: "Distintas", "Different";
        golden_where: "Dónde", "Where";
        golden_what: "Qué pasa", "What is wrong";
        golden_table: "Filas que no dan lo esperado", "Rows that are not as expected";
        golden_more(count: &str): "Y {count} más.", "And {count} more.";
        golden_too_large(most: &str): "Las filas de comprobación ocupan más de {most}; con unos miles basta.", "The golden rows take up more than {most}; some thousands will do.";
        text_too_large(most: &str): "El texto ocupa más de {most}; ningún contrato es tan largo.", "The text takes up more than {most}; no contract is so long.";
        // The table.
        inputs: "Cómo se lee cada dato", "How each input is read";
        no_inputs: "La tabla aparece cuando el texto no tiene errores y encaja con el modelo.", "The table is here once the text has no errors and fits the model.";
        input: "Dato", "Input";
        parameter: "Parámetro", "Parameter";
        read_as: "Se lee como", "Read as";
        accepted: "Qué se acepta", "What is accepted";
        missing: "Si no se sabe", "If unknown";
        features: "Variables del modelo", "Features of the model";
        open_questions(n: usize): "por responder: {n}", "to answer: {n}";
        kind_choice: "un texto de una lista", "a text of a list";
        kind_amount: "un importe", "an amount of money";
        kind_bands: "un número, por tramos", "a number, by bands";
        kind_number: "un número", "a number";
        kind_month: "un año y un mes", "a year and a month";
        kind_day: "una fecha", "a day";
        kind_text: "un texto cualquiera", "any text";
        kind_unused: "nada: el modelo no lo mira", "nothing: the model does not look at it";
        // Anew, on, away.
        again: "Hacer el borrador otra vez con una muestra", "Make the draft again by a sample";
        again_warning: "El texto de arriba se sustituye por un borrador nuevo.", "The text above is replaced by a new draft.";
        again_go: "Sustituir el texto por un borrador nuevo", "Replace the text by a new draft";
        no_sample: "Elija el archivo de la muestra.", "Choose the sample's file.";
        sample_too_large(most: &str): "ocupa más de {most}; con unos miles de clientes basta", "it takes up more than {most}; some thousand clients will do";
        send_on: "Enviar como versión nueva", "Send as a new version";
        send_lead: "El modelo se examina con este contrato como cualquier otro que se añade. No cambia lo que contesta hasta que alguien lo ponga en servicio.",
            "The model is examined with this contract as any other that is added. What answers does not change until somebody puts it in service.";
        send_lead_auto: "El modelo se examina con este contrato como cualquier otro que se añade. Si pasa todas las comprobaciones sin avisos, entra en servicio solo: así está configurado.",
            "The model is examined with this contract as any other that is added. If it passes all checks without a warning it goes into service by itself: that is configured.";
        send_go: "Enviar y examinar", "Send and examine";
        not_sent: "No se ha enviado: corrija antes lo que está mal.", "It was not sent: mend what is wrong first.";
        note: "Nota", "Note";
        note_help: "Para qué es, o qué ha cambiado.", "What it is for, or what has changed.";
        your_name: "Su nombre", "Your name";
        remove: "Quitar este contrato", "Remove this contract";
        remove_lead: "Se borran de aquí el texto, el modelo enviado y las filas.", "The text, the model that was sent and the rows are deleted here.";
        back: "← Todos los contratos en preparación", "← All contracts in the making";
    }
}
