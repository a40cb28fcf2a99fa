//! A portfolio before it is scored.

use propenso_scoring::Language;

use super::texts;

texts! {
    /// A portfolio before it is scored.
    DraftWords {
        failed_before: "La última vez no se pudo puntuar", "The last time it could not be scored";
        recognised: "Cómo se ha leído", "How it was read";
        reading: "Se está leyendo el archivo…", "The file is being read…";
        reading_help: "Los libros grandes tardan unos segundos. Puede cerrar esta página: el archivo queda en Carteras.",
            "Large workbooks take some seconds. You can close this page: the file stays in Portfolios.";
        refresh: "Actualizar", "Refresh";
        arrived(when: &str, size: &str): "Subido el {when}, {size}.", "Sent on {when}, {size}.";
        until(when: &str): "Se borra solo el {when} si no se puntúa.", "It is removed on {when} unless it is scored.";
        ready: "Está todo: ya se puede puntuar.", "That is all: it can be scored now.";
        ready_likely: "Parece que está todo; si más abajo en el archivo hay dudas, se le dirá.",
            "That seems to be all; if there are doubts further down in the file, you will be told.";
        asked: "Antes de puntuar, conteste a esto", "Before it is scored, answer this";
        cannot_read: "No se puede leer este archivo", "This file cannot be read";
        no_model: "Todavía no hay ningún modelo en servicio; cuando lo haya, vuelva a esta página. Pregunte al equipo de analítica.",
            "No model is in service yet; when there is one, come back to this page. Ask the analysts.";
        panicked: "propenso ha fallado con este archivo; es un error suyo: avise a informática.", "propenso failed on this file; that is a bug: tell IT.";
        odd_setting(what: &str): "Lo que se pide no puede ser: {what}", "What is asked cannot be: {what}";
        no_names: "La fila de donde se toman los nombres parece un cliente: el archivo no tiene cabecera, o está en otra fila. Diga en qué fila está, o ponga los nombres de las columnas en la primera.",
            "The row that names are taken from looks like a client: the file has no header, or it is in another row. Say in which, or put the columns' names into the first one.";
        remembered(profile: &str): "Se usa lo que se contestó para archivos como este (perfil «{profile}»).",
            "What was answered for files like this one is used (profile `{profile}`).";
        form: "Tipo de archivo", "Kind of file";
        csv: "texto (CSV)", "text (CSV)";
        xlsx: "libro de Excel", "Excel workbook";
        xls: "libro de Excel 97–2003", "workbook of Excel 97–2003";
        ods: "libro de LibreOffice", "LibreOffice workbook";
        parquet: "Parquet", "Parquet";
        json: "registros JSON", "JSON records";
        compressed(by: &str): "comprimido con {by}", "compressed with {by}";
        sheet: "Hoja", "Sheet";
        header_row: "Fila de los nombres", "Row of the names";
        separator: "Separador", "Separator";
        semicolon: "punto y coma ;", "semicolon ;";
        comma: "coma ,", "comma ,";
        tab: "tabulador", "tabulator";
        pipe: "barra |", "bar |";
        encoding: "Codificación", "Encoding";
        decimal: "Decimales", "Decimals";
        decimal_comma: "con coma (1.250,50)", "with a comma (1.250,50)";
        decimal_point: "con punto (1,250.50)", "with a point (1,250.50)";
        decimal_unknown: "no se ve en las primeras filas", "not to be seen in the first rows";
        rows: "Clientes", "Clients";
        columns_count: "Columnas", "Columns";
        columns: "Datos del modelo y columnas del archivo", "The model's inputs and the file's columns";
        input: "Dato del modelo", "Input of the model";
        column: "Columna del archivo", "Column of the file";
        example: "Ejemplo", "Example";
        found: "encontrada", "found";
        missing: "falta", "missing";
        not_needed: "no hace falta", "not needed";
        not_there: "no está; se puntúa sin él", "not there; it is scored without";
        id: "Identificador del cliente", "The client's id";
        id_absent: "no se encuentra; sin él no hay exclusiones, control ni un solo puesto por cliente",
            "not found; without it there are no exclusions, control group or one place a client";
        amount: "Deuda", "Debt";
        amount_absent: "no se encuentra; sin ella solo se ordena por probabilidad", "not found; without it clients are ranked by probability only";
        unused(count: usize): "Columnas que no se usan ({count})", "Columns that are not used ({count})";
        first_rows: "Primeras filas, tal como se leen", "The first rows, as they are read";
        row: "Fila", "Row";
        more_columns(count: usize): "y {count} columnas más, que no se enseñan.", "and {count} more columns, which are not shown.";
        odd_row(found: u32): "tiene {found} celdas: se rechazaría", "it has {found} cells: it would be rejected";
        none_rejected(rows: &str): "De las primeras {rows} filas, no se rechazaría ninguna.", "Of the first {rows} rows, none would be rejected.";
        some_rejected(rows: &str, rejected: &str): "De las primeras {rows} filas, se rechazarían {rejected}; las demás se puntúan igual.",
            "Of the first {rows} rows, {rejected} would be rejected; the others are scored all the same.";
        remarks: "Conviene saber", "Worth knowing";
        which_column(input: &str): "¿Qué columna es {input}?", "Which column is {input}?";
        which_id: "¿Qué columna es el identificador del cliente?", "Which column is the client's id?";
        which_amount: "¿Qué columna es la deuda?", "Which column is the debt?";
        several_columns: "Hay varias que se parecen.", "There are several that look alike.";
        no_column: "Ninguna se llama así ni parecido.", "None is called so, or alike.";
        same_name(column: &str): "Hay varias columnas con el mismo nombre, «{column}»: cambie el nombre de las que sobran en el archivo y súbalo otra vez.",
            "Several columns have the same name, `{column}`: rename those that are too many in the file, and send it again.";
        choose: "Elija…", "Choose…";
        which_sheet: "¿Qué hoja es la cartera?", "Which sheet is the portfolio?";
        which_sheet_help: "Varias pueden serlo y sus columnas no son las mismas.", "Several may be, and their columns are not the same.";
        which_decimal: "¿Con qué se escriben los decimales?", "What stands before the decimals?";
        which_decimal_help: "Estos números pueden ser mil y pico o poco más de uno, y el archivo no lo aclara:",
            "These numbers may be a thousand or little more than one, and the file does not tell:";
        by_comma: "Con coma: 1.250 es mil doscientos cincuenta", "With a comma: 1.250 is one thousand two hundred and fifty";
        by_point: "Con punto: 1.250 es uno y cuarto", "With a point: 1.250 is one and a quarter";
        by_rest: "No lo sé: que lo diga el resto del archivo", "I do not know: let the rest of the file tell";
        change: "Cambiar cómo se lee", "Change how it is read";
        change_help: "Solo si algo no está bien. Lo que se deja en blanco se busca solo.", "Only if something is wrong. What is left empty is looked for.";
        by_itself: "Buscarlo solo", "Look for it";
        remember: "Recordar estas respuestas para archivos como este", "Remember these answers for files like this one";
        remember_help: "La próxima vez que llegue uno con las mismas columnas no se le preguntará.",
            "The next time one with the same columns arrives, you will not be asked.";
        save_reading: "Leer así", "Read it so";
        wrong_column(column: &str): "El archivo no tiene la columna «{column}»; elija una de la lista.", "The file has no column `{column}`; choose one of the list.";
        wrong_row: "Escriba el número de la fila, contando desde 1.", "Write the row's number, counted from 1.";
        not_remembered: "Las respuestas valen para este archivo, pero no se han podido guardar para otros; avise a informática.",
            "The answers hold for this file, but could not be saved for others; tell IT.";
        order: "Cómo se puntúa", "How it is scored";
        order_first: "A quién se llama primero", "Who is called first";
        by_probability: "A quien más probable es que pague", "The likeliest to pay";
        by_expected: "A quien más se espera recuperar (probabilidad × deuda)", "Those of whom most is expected (probability × debt)";
        by_net: "A quien más deja, descontado lo que cuesta llamar", "Those who leave most, less what a call costs";
        needs_amount: "Para esto hace falta la columna de la deuda: dígala arriba, en «Cambiar cómo se lee».",
            "This needs the debt's column: say which it is above, in \"Change how it is read\".";
        fee: "Comisión, en %", "Fee, in %";
        contact_cost: "Coste de cada llamada, en €", "Cost of a call, in €";
        net_help: "Solo para el tercer orden.", "For the third order only.";
        capacity: "Cuántos clientes caben hoy", "How many clients can be called today";
        capacity_help: "En blanco, todos. Por ejemplo, 2400.", "Empty: all. For example, 2400.";
        only_fits: "Poner en la lista solo a quienes caben", "List only those who fit";
        suppress: "Lista de exclusión (no llamar)", "Exclusion list (do not call)";
        suppress_help: "Un archivo con una columna de identificadores.", "A file with a column of ids.";
        suppress_there(name: &str): "Ya subida: {name}. Si elige otra, la sustituye.", "Sent already: {name}. Another one replaces it.";
        suppress_remove: "No usar esta lista de exclusión", "Do not use this list";
        suppress_ok: "Seguir aunque haya identificadores de la lista que no están en la cartera",
            "Go on even if ids of the list are not in the portfolio";
        needs_id: "Para esto hace falta el identificador del cliente: dígalo arriba, en «Cambiar cómo se lee».",
            "This needs the client's id: say which column it is above, in \"Change how it is read\".";
        control_share: "Grupo de control, en %", "Control group, in %";
        control_help: "Clientes al azar a los que no se llama, para medir. En blanco, ninguno.", "Random clients who are not called, to measure. Empty: none.";
        seed_key: "Palabra del sorteo", "Word of the draw";
        seed_help: "Con la misma palabra salen los mismos clientes cada día.", "The same word gives the same clients every day.";
        explain: "Motivos de cada cliente", "Reasons of each client";
        explain_none: "Sin motivos", "None";
        explain_cannot: "Este modelo no puede dar motivos.", "This model cannot give reasons.";
        output_format: "La lista, en", "The list, as";
        format_csv: "CSV (se abre en Excel)", "CSV (opens in Excel)";
        format_xlsx: "Excel (.xlsx)", "Excel (.xlsx)";
        format_parquet: "Parquet", "Parquet";
        format_jsonl: "JSON, un cliente por línea", "JSON, a client a line";
        more_options: "Control, motivos y forma de la lista", "Control group, reasons and form of the list";
        score: "Puntuar la cartera", "Score the portfolio";
        answer_first: "Conteste antes a las preguntas de arriba.", "Answer the questions above first.";
        remove: "Quitar este archivo", "Remove this file";
        wrong_number: "Escriba un número, por ejemplo 2400.", "Write a number, for example 2400.";
        wrong_percent: "Escriba un porcentaje de 0 a 100, por ejemplo 20.", "Write a percentage from 0 to 100, for example 20.";
        wrong_euros: "Escriba un importe en euros, 0 o más, por ejemplo 0,35.", "Write an amount in euros, 0 or more, for example 0.35.";
        needed_for_net: "Hace falta para este orden.", "This order needs it.";
        needs_capacity: "Diga cuántos caben, o quite la marca de abajo.", "Say how many fit, or clear the mark below.";
        needs_seed: "El grupo de control necesita una palabra para el sorteo.", "A control group needs a word for its draw.";
        needs_share: "Diga qué parte de los clientes va al grupo de control, o quite la palabra.", "Say which share of the clients goes into the control group, or clear the word.";
        no_such_choice: "Elija una de las opciones.", "Choose one of the options.";
        empty_list: "Ese archivo está vacío: sin identificadores no se excluiría a nadie.", "That file is empty: without ids nobody would be excluded.";
        mend: "Corrija lo que está marcado y vuelva a pulsar.", "Mend what is marked, and press again.";
    }
}

impl DraftWords {
    /// Whether texts that there are in Spanish only are in the page's own language.
    pub(in crate::http::pages) fn is_spanish(self) -> bool {
        self.0 == Language::Spanish
    }
}
