//! The page that lets people in.

use super::texts;

texts! {
    /// The page that lets people in.
    DoorWords {
        title: "Entrar", "Sign in";
        lead: "Escriba la clave que le dio informática. Se recuerda en este navegador hasta que salga, o doce horas.",
            "Type the key that IT gave you. This browser remembers it until you sign out, or for twelve hours.";
        key: "Clave", "Key";
        key_help: "Empieza por «prp_». Si no tiene, pídala a informática: la crean con «propenso keys add».",
            "It begins with `prp_`. If you have none, ask IT: they make one with `propenso keys add`.";
        submit: "Entrar", "Sign in";
        link_over: "Ese enlace ya se ha usado o ha caducado; al arrancar de nuevo, propenso muestra otro. También puede entrar con una clave.",
            "That link was used already, or is over; when it is started again, propenso shows another. You can sign in with a key as well.";
    }
}
