//! The first page.

use super::texts;

texts! {
    /// The first page.
    HomeWords {
        title: "Inicio", "Home";
        attention: "Qué hay que atender", "What needs a person";
        nothing_needed: "Nada: todo funciona.", "Nothing: all works.";
        urgent: "Urgente", "Urgent";
        service: "En servicio", "In service";
        version(number: &u32): "Versión {number}", "Version {number}";
        one_file: "Un archivo de modelo", "One model file";
        since: "Desde", "Since";
        hash: "Huella", "Hash";
        contract: "Contrato", "Contract";
        class: "Modelo", "Model";
        none_in_service: "Todavía no hay ningún modelo en servicio.", "No model is in service yet.";
        change_model: "Cambiar el modelo", "Change the model";
        put_a_model: "Poner un modelo en servicio", "Put a model into service";
        see_models: "Ver los modelos", "See the models";
        one_client: "Un cliente", "One client";
        one_client_lead: "Con el cliente al teléfono: escriba sus datos y vea si pagará, por qué, y qué cambiaría el resultado.",
            "With the client on the phone: type what is known and see whether they will pay, why, and what would change that.";
        score_client: "Consultar un cliente", "Look at a client";
        portfolios: "Carteras", "Portfolios";
        portfolios_lead: "Suba el archivo de hoy (Excel, CSV…) y descargue la lista por orden de llamada.",
            "Send today's file (Excel, CSV…) and download the list in the order to call.";
        score_portfolio: "Puntuar una cartera", "Score a portfolio";
        waiting: "En espera", "Waiting";
        running: "En curso", "Running";
        done: "Terminadas", "Done";
        failed: "Fallidas", "Failed";
        room: "Espacio de las carteras", "Room of the portfolios";
        room_of(taken: &str, most: &str): "{taken} de {most}", "{taken} of {most}";
        see_portfolios: "Ver las carteras", "See the portfolios";
        today: "Consultas de hoy", "Requests today";
        today_refused: "Rechazadas", "Refused";
        today_clients: "Clientes puntuados, carteras incluidas", "Clients scored, portfolios too";
        see_monitoring: "Ver el seguimiento", "See what goes on";
        record: "Registro de decisiones", "Record of decisions";
        kept: "Guardadas desde que arrancó", "Kept since it was started";
        record_good: "Se guarda", "Is kept";
        record_bad: "No se puede guardar", "Cannot be kept";
        state: "Estado", "State";
        see_decisions: "Buscar una decisión", "Look for a decision";
        places: "Carpetas y disco", "Folders and disk";
        free: "Espacio libre en el disco", "Room on the disk";
        models_folder: "Buzón de modelos", "Models' inbox";
        portfolios_folder: "Buzón de carteras", "Portfolios' inbox";
        folder_empty: "vacío", "empty";
        folder_one: "1 archivo dentro", "1 file in it";
        folder_many(files: &usize): "{files} archivos dentro", "{files} files in it";
        folder_gone: "no se puede abrir", "cannot be opened";
        folder_out_of_reach(path: &str): "No se puede abrir la carpeta {path}: lo que se deje allí no se ve. Avise a informática: la red, el servidor de archivos o los permisos.",
            "The folder {path} cannot be opened: what is dropped there is not seen. Tell IT: the network, the file server or the permissions.";
        files_not_taken(path: &str, files: &usize): "Archivos de {path} que no se pueden coger: {files}. ¿Están abiertos en Excel? Se vuelve a intentar solo.",
            "Files in {path} that cannot be taken: {files}. Are they open in Excel? They are tried again.";
        nothing_answers: "No hay ningún modelo en servicio: nadie recibe respuesta.", "No model is in service: nobody is answered.";
        fallback(number: &u32): "El modelo en servicio, la versión {number}, no se puede leer; contesta uno anterior. Vuelva a enviar ese archivo o ponga otro en servicio.",
            "The model in service, version {number}, cannot be read; a former one answers. Send that file again, or put another into service.";
        record_fails: "Las respuestas no se pueden guardar en el registro. Avise a informática: el disco o la base de datos.",
            "What is answered cannot be kept on record. Tell IT: the disk or the database.";
        little_room(free: &str): "Queda poco espacio en el disco: {free}.", "There is little room left on the disk: {free}.";
        certificate_ends(days: &i64): "El certificado caduca dentro de {days} días.", "The certificate ends in {days} days.";
        portfolio_failed(name: &str): "No se pudo puntuar «{name}».", "\"{name}\" could not be scored.";
        see_why: "Ver por qué", "See why";
        candidate_waits(number: &u32): "La versión {number} espera a que alguien decida.", "Version {number} waits for somebody to decide.";
        shadow_waits(number: &u32): "La versión {number} se está comparando con la que contesta.", "Version {number} is being compared with the one that answers.";
        look_at_it: "Verla", "Look at it";
        key_ends(holder: &str, days: &i64): "La clave de {holder} caduca dentro de {days} días.", "The key of {holder} ends in {days} days.";
        see_keys: "Ver las claves", "See the keys";
    }
}
