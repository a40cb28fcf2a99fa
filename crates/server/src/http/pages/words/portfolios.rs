//! Portfolios that were sent, and what came of them.

use propenso_scoring::Language;

use super::texts;

texts! {
    /// Portfolios that were sent, and what came of them.
    PortfolioWords {
        code: "es", "en";
        title: "Carteras", "Portfolios";
        lead: "Suba el archivo de la mañana: antes de puntuar nada se le enseña cómo se ha leído.",
            "Send this morning's file: before anything is scored you see how it was read.";
        new_one: "Cartera nueva", "New portfolio";
        file: "Archivo de la cartera", "The portfolio's file";
        file_help(most: &str): "Excel, CSV, LibreOffice, Parquet o JSON, también comprimido; hasta {most}. Puede arrastrarlo aquí.",
            "Excel, CSV, LibreOffice, Parquet or JSON, compressed or not; up to {most}. You can drop it here.";
        no_file: "Elija un archivo: no se ha enviado ninguno.", "Choose a file: none was sent.";
        empty_file: "El archivo está vacío; compruebe que es el de la cartera.", "The file is empty; see that it is the portfolio's.";
        profile: "Perfil", "Profile";
        profile_help: "Lo que se contestó otra vez para archivos como este. Si no elige ninguno, se busca solo.",
            "What was answered before for files like this one. If you choose none, it is looked for.";
        profile_none: "Buscarlo solo", "Look for it";
        no_profile: "Ese perfil ya no existe o no se puede usar; elija otro.", "That profile is gone or cannot be used; choose another.";
        upload: "Ver cómo se lee", "See how it is read";
        uploading: "Subiendo el archivo…", "Sending the file…";
        may_not_send: "Su clave permite ver resultados, no enviar carteras.", "Your key lets you see results, not send portfolios.";
        drafts: "Sin terminar de preparar", "Not finished yet";
        drafts_help(hours: i64): "Archivos subidos que esperan a que usted diga cómo puntuarlos. Se borran solos a las {hours} horas.",
            "Files that were sent and wait until you say how to score them. They are removed after {hours} hours.";
        by: "Por", "By";
        jobs: "Carteras puntuadas", "Scored portfolios";
        jobs_help(days: u32): "Se guardan {days} días desde que terminan.", "They are kept for {days} days after they end.";
        no_jobs: "Todavía no se ha puntuado ninguna cartera.", "No portfolio has been scored yet.";
        portfolio: "Cartera", "Portfolio";
        when: "Enviada", "Sent";
        state: "Estado", "State";
        clients: "Clientes", "Clients";
        rejected: "Rechazados", "Rejected";
        newer: "Más recientes", "Newer";
        older: "Más antiguas", "Older";
        pages: "Páginas de la lista", "Pages of the list";
        shown(first: &str, last: &str, all: &str): "{first}–{last} de {all}", "{first}–{last} of {all}";
        queued: "En espera", "Waiting";
        running: "Puntuando", "Being scored";
        done: "Terminada", "Done";
        failed: "No se ha podido", "Failed";
        cancelling: "Cancelando", "Being cancelled";
        waits_for(before: usize): "Espera su turno: delante hay {before}.", "It waits for its turn: {before} before it.";
        waits: "Empieza enseguida.", "It begins at once.";
        close_help: "Puede cerrar esta página: el trabajo sigue y lo encontrará en Carteras.",
            "You can close this page: the work goes on, and you find it in Portfolios.";
        stage_scoring: "Paso 1 de 2: leer y puntuar", "Step 1 of 2: reading and scoring";
        stage_writing: "Paso 2 de 2: escribir la lista", "Step 2 of 2: writing the list";
        rows_so_far(rows: &str): "{rows} filas", "{rows} rows";
        rate(rows: &str): "{rows} filas por segundo", "{rows} rows a second";
        left_seconds(seconds: u64): "quedan unos {seconds} s", "about {seconds} s left";
        left_minutes(minutes: u64): "quedan unos {minutes} min", "about {minutes} min left";
        refresh: "Actualizar", "Refresh";
        cancel: "Cancelar", "Cancel";
        cancel_help: "Se para y se borra lo enviado.", "It is ended, and what was sent is removed.";
        remove: "Quitar esta cartera", "Remove this portfolio";
        remove_help: "Se borran la lista y el archivo que se envió. No se puede deshacer.",
            "The list and the file that was sent are removed. This cannot be undone.";
        failed_title: "No se ha podido puntuar", "It could not be scored";
        send_again: "Subir otro archivo", "Send another file";
        downloads: "Descargar", "Download";
        list: "Lista ordenada", "Ranked list";
        rejected_file: "Rechazados y por qué", "Rejected rows and why";
        suppressed_file: "Excluidos", "Excluded";
        whole_summary: "Resumen completo", "Whole summary";
        accounts: "Cuentas", "Accounts";
        balances: "Cuadra: leídos = puntuados + rechazados", "It balances: read = scored + rejected";
        balances_not: "NO CUADRA: leídos ≠ puntuados + rechazados. Avise a informática.", "IT DOES NOT BALANCE: read ≠ scored + rejected. Tell IT.";
        rows: "Filas", "Rows";
        debt: "Deuda", "Debt";
        read: "Leídos", "Read";
        scored: "Puntuados", "Scored";
        excluded: "Excluidos por la lista de exclusión", "Excluded by the list";
        control: "Grupo de control", "Control group";
        fits: "Caben en la capacidad", "Fit the capacity";
        left_out: "No caben", "Do not fit";
        why_rejected: "Por qué se rechazan", "Why rows were rejected";
        reason: "Motivo", "Reason";
        field: "Dato", "Input";
        whole_row: "fila", "the row";
        deciles: "La lista por décimas partes", "The list by tenths";
        decile: "Décima parte", "Tenth";
        decile_help_debt: "Lo que se espera recuperar de cada décima parte de la lista: la 1 se llama primero.",
            "What is expected of each tenth of the list: 1 is called first.";
        decile_help_payers: "Cuántos pagarían de cada décima parte de la lista: la 1 se llama primero.",
            "How many would pay of each tenth of the list: 1 is called first.";
        as_table: "Verlo como tabla", "As a table";
        payers: "Pagarían", "Would pay";
        probability: "Probabilidad, de … a …", "Probability, from … to …";
        expected: "Recuperación esperada", "Expected recovery";
        remarks: "Conviene saber", "Worth knowing";
        answered_by(model: &str): "Modelo {model}", "Model {model}";
        took(seconds: &str): "puntuada en {seconds} s", "scored in {seconds} s";
        this_machine: "este equipo", "this machine";
        inbox: "la carpeta de entrada", "the inbox folder";
        mend: "Corregir y repetir", "Mend and score again";
        mend_help: "El archivo sigue aquí: no hace falta subirlo otra vez si lo que falla es cómo se lee o lo que se pide.",
            "The file is still here: it need not be sent again where the trouble is how it is read, or what is asked.";
        back: "Volver a Carteras", "Back to Portfolios";
        // Errors.
        too_many: "Ya esperan demasiadas carteras; vuelva a enviarla cuando termine alguna.",
            "Too many portfolios are waiting already; send this one again when some are done.";
        too_many_drafts: "Hay demasiados archivos subidos sin terminar de preparar; quite alguno en Carteras.",
            "Too many files were sent and are not finished yet; remove some in Portfolios.";
        no_room: "Las carteras ocupan todo el sitio que tienen en el servidor; quite alguna de las antiguas o avise a informática.",
            "Portfolios take up all the room they have on the server; remove some old ones, or tell IT.";
        elsewhere: "Otro propenso con los mismos datos lleva las carteras ahora; espere unos segundos y repita.",
            "Another propenso on the same data has the portfolios now; wait some seconds and do it again.";
        unknown: "Esa cartera ya no existe: se quitó, o pasaron los días que se guarda.",
            "There is no such portfolio any more: it was removed, or the days are over that it is kept.";
        none_taken: "Este servidor no puntúa carteras; pregunte a informática.", "This server takes no portfolios; ask IT.";
        too_large(most: &str): "El archivo es demasiado grande: caben {most}. Envíelo comprimido (.csv.gz o .zip) o pártalo en dos.",
            "The file is too large: {most} fit. Send it compressed (.csv.gz or .zip), or in two.";
        too_slow: "El archivo no llegó a tiempo; pruebe otra vez, o envíelo comprimido (.csv.gz o .zip).",
            "The file did not arrive in time; try again, or send it compressed (.csv.gz or .zip).";
        broken: "El envío se cortó o no es un formulario de esta página; vuelva a Carteras y súbalo otra vez.",
            "What was sent broke off, or is no form of this page; go back to Portfolios and send it again.";
    }
}

impl PortfolioWords {
    /// Whether texts that there are in Spanish only are in the page's own language.
    pub(in crate::http::pages) fn is_spanish(self) -> bool {
        self.0 == Language::Spanish
    }
}
