//! One bad record among good ones, for each family of formats.

use super::Scale;
use super::harm::Case;
use super::kinds::{Family, Kind};
use super::support::Random;
use super::support::containers::{gzip, xz};

type Piece = (&'static str, Vec<u8>);

/// Files with one bad record in the middle; the others must be kept.
pub fn among_good_ones(kind: &Kind, scale: &Scale) -> Vec<Case> {
    if kind.family.is_single() {
        return Vec::new();
    }
    let good = kind.parts(scale.few);
    let half = good.len() / 2;
    let file = |(what, bytes): Piece| {
        let bad = [(format!("bad-{}", kind.code()), bytes)];
        let parts = [&good[..half], &bad, &good[half..]].concat();
        Case::keeping(what, (kind.file)(&parts), &good)
    };
    let all = pieces(kind, scale).into_iter();
    all.map(file).collect()
}

fn pieces(kind: &Kind, scale: &Scale) -> Vec<Piece> {
    let bodies = match kind.family {
        Family::Xml => markup(scale),
        Family::Json => json(scale),
        Family::Mail => mail(scale),
        Family::Crawl => answers(scale),
        Family::Table => cells(scale),
        Family::Columns => vec![("no text", vec![0xff])],
        Family::Archive => members(scale),
        // Shorter than what may unpack at any ratio: beyond that the rest is not read.
        Family::Packed => vec![("an endless line", quoted(b'x', scale.long / 2))],
        Family::Text | Family::Page | Family::XmlStory | Family::Letter => Vec::new(),
    };
    let key = format!("bad-{}", kind.code());
    let record = |(what, body): Piece| (what, (kind.record)(&key, &body));
    let mut pieces: Vec<Piece> = bodies.into_iter().map(record).collect();
    let sound = kind.part(99_999).1;
    match kind.family {
        Family::Crawl => lengths(&sound, &mut pieces),
        Family::Packed => members_of_streams(&sound, &mut pieces),
        // Of a column or an archive a record is no bytes of its own.
        Family::Columns | Family::Archive => return pieces,
        _ => {}
    }
    // What follows begins a line, or stands behind an empty one, by which it is known.
    let end: &[u8] = match kind.family {
        Family::Mail => b"\n\n",
        Family::Crawl => b"\n",
        _ => b"",
    };
    let (first, second) = sound.split_at(sound.len() / 2);
    for (what, bytes) in [
        ("noise", &noise(3000)[..]),
        ("half a record", first),
        ("the other half of one", second),
        ("NULs", &[0; 3000]),
    ] {
        pieces.push((what, [bytes, end].concat()));
    }
    pieces
}

/// Bytes without a line end, which look like chance.
pub fn noise(len: usize) -> Vec<u8> {
    let mut random = Random(5);
    let byte = |_| (random.next() >> 32) as u8;
    let bytes: Vec<u8> = (0..len).map(byte).collect();
    bytes
        .into_iter()
        .map(|b| if b == b'\n' { b'x' } else { b })
        .collect()
}

fn quoted(byte: u8, len: usize) -> Vec<u8> {
    [&b"\""[..], &vec![byte; len], b"\""].concat()
}

/// Attributes of other names each.
pub fn attributes(count: usize, name: &str) -> String {
    (0..count).map(|n| format!(" {name}{n}='u'")).collect()
}

/// What stands within an element.
pub fn markup(scale: &Scale) -> Vec<Piece> {
    let (deep, wide) = (scale.deep, scale.wide);
    let texts = [
        (
            "deep nesting",
            "<a>".repeat(deep) + "x" + &"</a>".repeat(deep),
        ),
        ("nesting without an end", "<a>".repeat(deep)),
        ("ends of nothing", "</a>".repeat(wide)),
        ("attributes", format!("<b{}>x</b>", attributes(wide, "a"))),
        (
            "attributes of one name",
            format!("<b {}>x</b>", "a='1' ".repeat(wide)),
        ),
        (
            "name spaces",
            format!("<b{}>x</b>", attributes(wide, "xmlns:p")),
        ),
        ("many elements", "<b/>".repeat(wide)),
        ("references", "&amp;&#x41;&lol;&#xd800;&".repeat(wide / 4)),
        ("CDATA without an end", "<![CDATA[x".to_owned()),
        ("many CDATA", "<![CDATA[<item>]]>".repeat(wide / 4)),
        ("a comment without an end", "<!-- x".to_owned()),
        ("half a tag", "<b a='".to_owned()),
        ("markup in a name", format!("<{}/>", "b<".repeat(wide))),
        ("an endless name", format!("<{}/>", "b".repeat(scale.long))),
        ("an endless line", "x".repeat(scale.long)),
        ("control characters", "\u{1}\u{b}\u{0}\u{202e}".repeat(wide)),
    ];
    let mut pieces: Vec<Piece> = texts.map(|(what, text)| (what, text.into_bytes())).into();
    pieces.push(("no UTF-8", vec![0xff, 0xfe, 0xc0, 0x80]));
    pieces
}

/// Values of a field.
fn json(scale: &Scale) -> Vec<Piece> {
    let (deep, wide) = (scale.deep, scale.wide);
    let keys = (0..wide)
        .map(|n| format!("\"k{n}\":0,"))
        .collect::<String>();
    let texts = [
        ("deep lists", "[".repeat(deep) + "1" + &"]".repeat(deep)),
        (
            "deep objects",
            "{\"a\":".repeat(deep) + "1" + &"}".repeat(deep),
        ),
        ("lists without an end", "[".repeat(deep)),
        ("many members", format!("{{{keys}\"k\":0}}")),
        (
            "one member many times",
            format!("{{{}\"a\":0}}", "\"a\":0,".repeat(wide)),
        ),
        ("many elements", format!("[{}0]", "0,".repeat(wide))),
        ("escapes", format!("\"{}\"", "\\u0041\\n".repeat(wide))),
        ("half surrogates", format!("\"{}\"", "\\ud800".repeat(wide))),
        ("a number beyond all", "9".repeat(wide)),
        ("an exponent beyond all", "1e999999999".to_owned()),
        ("a string without an end", "\"abc".to_owned()),
        ("a list without an end", "[1, 2".to_owned()),
        ("no value", String::new()),
        ("null", "null".to_owned()),
        ("half a word", "tru".to_owned()),
        ("an escape of no kind", "\"\\q\"".to_owned()),
        ("a control character", "\"\u{1}\"".to_owned()),
        ("an end too many", "1}}]".to_owned()),
    ];
    let mut pieces: Vec<Piece> = texts.map(|(what, text)| (what, text.into_bytes())).into();
    pieces.push(("an endless string", quoted(b'x', scale.long)));
    pieces.push(("no UTF-8", b"\"\xff\xfe\xc0\x80\"".to_vec()));
    pieces
}

/// The rest of a message: further headers and the body.
pub fn mail(scale: &Scale) -> Vec<Piece> {
    let (deep, wide) = (scale.deep, scale.wide);
    let nested = |n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n");
    let in_code = "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n";
    let texts = [
        ("deep parts", (0..deep).map(nested).collect::<String>()),
        (
            "deep messages",
            "Content-Type: message/rfc822\n\n".repeat(deep),
        ),
        (
            "many parts",
            "Content-Type: multipart/mixed; boundary=b\n\n".to_owned() + &"--b\n\nx\n".repeat(wide),
        ),
        ("many headers", "a: b\n".repeat(wide) + "\nRain.\n"),
        (
            "an endless header",
            format!("To: {}\n\nRain.\n", "a@b, ".repeat(wide)),
        ),
        (
            "folded without end",
            format!("To: a\n{}\nRain.\n", " b\n".repeat(wide)),
        ),
        (
            "encoded words",
            format!("Comments: {}\n\nRain.\n", "=?utf-8?Q?".repeat(wide)),
        ),
        ("no base64", in_code.to_owned() + "!!!\n"),
        (
            "half of base64",
            in_code.to_owned() + &"UmFpbiB3aWxs\n".repeat(wide) + "U",
        ),
        (
            "an empty boundary",
            "Content-Type: multipart/mixed; boundary=\"\"\n\n--\nRain.\n".to_owned(),
        ),
        (
            "a part without end",
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx".to_owned(),
        ),
        (
            "an encoding of no kind",
            "Content-Type: text/plain; charset=x-none\n\nRain.\n".to_owned(),
        ),
        ("an endless line", format!("\n{}", "x".repeat(scale.long))),
        (
            "a page of mail",
            format!("Content-Type: text/html\n\n{}", "<div>".repeat(wide)),
        ),
        ("no body", String::new()),
    ];
    texts.map(|(what, text)| (what, text.into_bytes())).into()
}

/// What a server answered.
fn answers(scale: &Scale) -> Vec<Piece> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
    let with =
        |fields: &str, body: &[u8]| [head.as_bytes(), fields.as_bytes(), b"\r\n", body].concat();
    let gz = "Content-Encoding: gzip\r\n";
    let chunks = "Transfer-Encoding: chunked\r\n";
    let zeros = gzip(&vec![b' '; scale.bomb.min(100 << 20)]);
    vec![
        ("a bomb", with(gz, &zeros)),
        (
            "a bomb in a bomb",
            with("Content-Encoding: gzip, gzip\r\n", &gzip(&zeros)),
        ),
        ("half of gzip", with(gz, &zeros[..zeros.len() / 2])),
        ("no gzip", with(gz, &noise(3000))),
        ("no brotli", with("Content-Encoding: br\r\n", &noise(3000))),
        ("no zstd", with("Content-Encoding: zstd\r\n", &noise(3000))),
        (
            "a lying chunk",
            with(chunks, b"ffffffffffffffff\r\nx\r\n0\r\n\r\n"),
        ),
        (
            "many chunks",
            with(chunks, "1\r\nx\r\n".repeat(scale.wide).as_bytes()),
        ),
        (
            "many headers",
            with(&"A: b\r\n".repeat(scale.wide), b"Rain."),
        ),
        (
            "an endless header",
            with(&format!("A: {}\r\n", "b".repeat(scale.long)), b"Rain."),
        ),
        ("an endless body", with("", &vec![b'x'; scale.long])),
        ("no answer", Vec::new()),
        ("half a head", head.as_bytes()[..20].to_vec()),
        ("NULs", vec![0; 3000]),
        (
            "deep elements",
            [page, &"<div>".repeat(scale.deep)].concat().into_bytes(),
        ),
        (
            "many attributes",
            [page, "<p", &attributes(scale.wide, "a"), ">x"]
                .concat()
                .into_bytes(),
        ),
        (
            "another crawl",
            with("", b"WARC/1.0\r\nContent-Length: 5\r\n\r\nabc"),
        ),
    ]
}

/// Records of a crawl whose length is not theirs.
fn lengths(sound: &[u8], pieces: &mut Vec<Piece>) {
    let text = String::from_utf8(sound.to_vec()).unwrap();
    let is_warc = text.starts_with("WARC/");
    let told: String = if is_warc {
        let (_, behind) = text.split_once("Content-Length: ").unwrap();
        behind.split('\r').next().unwrap().to_owned()
    } else {
        let first = text.lines().next().unwrap();
        first.rsplit(' ').next().unwrap().to_owned()
    };
    let len: usize = told.parse().unwrap();
    for (what, other) in [
        ("too short a length", (len - 20).to_string()),
        ("too great a length", (len + 20).to_string()),
        ("the length of two", (2 * len).to_string()),
        ("the length of all", usize::MAX.to_string()),
        ("a length beyond all", "9".repeat(40)),
        ("a length below nothing", "-1".to_owned()),
        ("a length of letters", "abc".to_owned()),
        ("no length", String::new()),
    ] {
        let lies = text.replacen(&format!(" {told}"), &format!(" {other}"), 1);
        pieces.push((what, lies.into_bytes()));
    }
}

/// Cells of a row.
fn cells(scale: &Scale) -> Vec<Piece> {
    let (deep, wide) = (scale.deep, scale.wide);
    let texts = [
        ("a quote without an end", "\"x".to_owned()),
        ("a quote in the middle", "a\"b".to_owned()),
        ("quotes", "\"".repeat(2 * deep + 1)),
        ("many columns", "x,\t".repeat(wide)),
        ("many lines", format!("\"{}\"", "x\n".repeat(wide))),
        ("an endless cell", "x".repeat(scale.long)),
        (
            "an endless quoted cell",
            format!("\"{}\"", "x".repeat(scale.long)),
        ),
        ("NULs in a cell", "\0".repeat(wide)),
        ("empty lines", format!("x{}", "\n".repeat(wide))),
        ("formulas", "=1+1".to_owned()),
    ];
    texts.map(|(what, text)| (what, text.into_bytes())).into()
}

/// Members of an archive.
fn members(scale: &Scale) -> Vec<Piece> {
    let zeros = vec![b' '; scale.bomb.min(100 << 20)];
    vec![
        ("a bomb", gzip(&zeros)),
        ("a bomb in a bomb", gzip(&gzip(&zeros))),
        ("another bomb", xz(&zeros)),
        ("noise", noise(3000)),
        ("a document of another kind", b"%PDF-1.7 x".to_vec()),
        ("half of a zip", b"PK\x03\x04\x14\0\0\0\x08\0".to_vec()),
        ("too long a text", vec![b'x'; scale.long]),
        ("NULs", vec![0; 3000]),
    ]
}

/// Members of a compressed stream.
fn members_of_streams(sound: &[u8], pieces: &mut Vec<Piece>) {
    let spoilt = |from: usize, to: usize| {
        let mut bytes = sound.to_vec();
        bytes[from..to].fill(0xff);
        bytes
    };
    let (len, middle) = (sound.len(), sound.len() / 2);
    pieces.push(("a spoilt middle", spoilt(middle, middle + 20)));
    pieces.push(("a spoilt mark", spoilt(0, 3)));
    pieces.push(("a spoilt end", spoilt(len - 8, len)));
}
