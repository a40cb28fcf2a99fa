//! Keys, contract, configuration, machine.

use super::texts;

texts! {
    /// Keys, contract, configuration, machine.
    SettingsWords {
        title: "Ajustes", "Settings";
        keys: "Quién puede entrar", "Who may enter";
        keys_lead: "Cada persona y cada programa tiene su clave, y puede lo que digan sus papeles.",
            "Each person and each program has a key, and may do what its roles say.";
        nobody: "Nadie tiene clave: desde este ordenador se entra sin ella. En cuanto alguien tenga una, se pedirá a todos.",
            "Nobody has a key: on this machine none is needed. As soon as somebody has one, everybody is asked for theirs.";
        no_registry: "Se sirve un archivo suelto: no hay registro donde guardar claves.", "One file is served: there is no registry to keep keys in.";
        holder: "Nombre", "Name";
        holder_roles: "Papeles", "Roles";
        key: "Clave", "Key";
        state: "Estado", "State";
        created: "Creada", "Made";
        expires: "Caduca", "Ends";
        last_used: "Último uso", "Used last";
        acts: "Acciones", "Actions";
        never: "nunca", "never";
        key_works: "vale", "works";
        key_expired: "caducada", "over";
        key_disabled: "anulada", "disabled";
        is_disabled: "de baja", "disabled";
        rotate: "Dar otra clave", "Give another key";
        rotate_of(name: &str): "Dar otra clave a {name}", "Give another key to {name}";
        disable: "Dar de baja", "Disable";
        disable_of(name: &str): "Dar de baja a {name}", "Disable {name}";
        new_holder: "Dar una clave", "Give a key";
        name: "Nombre", "Name";
        name_help: "De la persona o del programa: letras, cifras y - _ . @", "Of the person or the program: letters, digits and - _ . @";
        roles: "Qué podrá hacer", "What it may do";
        role_score: "Puntuar clientes de uno en uno", "Score clients one by one";
        role_portfolios: "Enviar carteras", "Send portfolios";
        role_results: "Ver resultados de carteras y decisiones", "See what portfolios and decisions came to";
        role_read: "Ver los modelos y el seguimiento", "See models and monitoring";
        role_models: "Cambiar el modelo en servicio", "Change the model in service";
        role_metrics: "Leer las métricas", "Read the metrics";
        role_all: "Todo", "All of it";
        until: "Hasta el día (si caduca)", "Until the day (if it ends)";
        give: "Crear la clave", "Make the key";
        new_key: "Clave nueva", "New key";
        new_key_lead(name: &str): "Esta es la clave de {name}. Cópiela ahora: no se vuelve a mostrar.", "This is the key of {name}. Copy it now: it is not shown again.";
        new_key_until(day: &str): "Vale hasta el {day}.", "It works until {day}.";
        back: "Volver a Ajustes", "Back to Settings";
        no_role: "Marque al menos un papel.", "Tick at least one role.";
        no_day: "Escriba un día que no haya pasado.", "Write a day that is not over.";
        contract: "Contrato en servicio", "Contract in service";
        contract_lead: "Cómo se lee cada dato que se envía.", "How each input that is sent is read.";
        no_contract: "No hay ningún modelo en servicio.", "No model is in service.";
        input: "Dato", "Input";
        parameter: "Parámetro", "Parameter";
        meaning: "Qué es", "What it is";
        accepted: "Qué se admite", "What is taken";
        missing: "Si falta", "If it is missing";
        must_be_there: "se rechaza", "is refused";
        may_be_empty: "puede ir vacío", "may be empty";
        may_be_left_out: "puede no enviarse", "may be left out";
        unused: "el modelo no lo usa", "the model does not use it";
        upkeep: "Cuidado del servidor", "Looking after the server";
        machine: "El equipo", "The machine";
        machine_lead: "Lo que «propenso doctor» encuentra ahora en este equipo.", "What `propenso doctor` finds on this machine now.";
        machine_go: "Revisar el equipo", "Look at the machine";
        configuration: "La configuración", "The configuration";
        configuration_lead: "Lo que «propenso check-config» entiende de la configuración, tal como está ahora.",
            "What `propenso check-config` understands of the configuration, as it is now.";
        configuration_go: "Revisar la configuración", "Look at the configuration";
        copy: "Copia de seguridad", "Backup";
        copy_lead: "Modelos, claves, decisiones y ajustes en un archivo. Guárdelo donde solo entre quien deba: contiene datos personales.",
            "Models, keys, decisions and settings in one file. Keep it where only those look who may: it holds personal data.";
        copy_go: "Descargar una copia", "Download a copy";
        no_copy: "La copia no se puede hacer; avise a informática.", "The copy cannot be made; tell IT.";
        subject: "Qué", "What";
        found: "Cómo está", "How it is";
        good: "bien", "fine";
        warning: "aviso", "warning";
        wrong: "mal", "wrong";
        disk_full: "El disco está lleno; haga sitio y repita.", "The disk is full; make room and do it again.";
        unusable: "El registro no se puede usar ahora; los sucesos del servidor dicen por qué.", "The registry cannot be used now; the server's log says why.";
    }
}
