//! Feeds as they are made: items of stories and their copies, in every form and encoding.

use encoding_rs::Encoding;

/// A text of 60 words that no other number has.
pub fn story(number: usize) -> String {
    let words = (0..60).map(|n| format!("w{}x{}", number, n * 7 % 60));
    words.collect::<Vec<String>>().join(" ")
}

/// The story with two words changed.
pub fn retold(number: usize) -> String {
    story(number)
        .replace("x7 ", "xseven ")
        .replace("x35 ", "xthirty ")
}

#[derive(Clone, Debug)]
pub struct Item {
    pub id: String,
    pub host: &'static str,
    pub title: String,
    pub text: String,
}

pub fn item(id: usize, host: &'static str, text: String) -> Item {
    Item {
        id: format!("urn:x:{id}"),
        host,
        title: format!("Title {id}"),
        text,
    }
}

/// Three stories, a copy of the first by another outlet, one of the second word for word, an
/// update of the first; and which of them are copies.
pub fn mixed() -> (Vec<Item>, [bool; 6]) {
    let items = vec![
        item(1, "a.example", story(1)),
        item(2, "b.example", story(2)),
        item(3, "c.example", retold(1)),
        item(4, "a.example", retold(1)),
        item(5, "c.example", story(2)),
        item(6, "b.example", story(3)),
    ];
    (items, [false, false, true, false, true, false])
}

pub fn kept(items: &[Item], copies: &[bool]) -> Vec<Item> {
    let all = items.iter().zip(copies);
    all.filter(|(_, copy)| !**copy)
        .map(|(item, _)| item.clone())
        .collect()
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    Rss,
    OneLine,
    Rss091,
    Rdf,
    Atom,
    AtomPrefix,
    Json,
    JsonOneLine,
}

pub const FORMS: [Form; 8] = [
    Form::Rss,
    Form::OneLine,
    Form::Rss091,
    Form::Rdf,
    Form::Atom,
    Form::AtomPrefix,
    Form::Json,
    Form::JsonOneLine,
];

/// A feed in a form, with oddities around and within its items. `note` is put into every text.
pub fn feed(form: Form, items: &[Item], encoding: &str, note: &str) -> String {
    let joined = |each: &dyn Fn(&Item) -> String| items.iter().map(each).collect::<String>();
    let link = |item: &Item| format!("https://{}/{}", item.host, item.id.replace(':', "-"));
    let declaration = format!("<?xml version=\"1.0\" encoding='{encoding}' ?>");
    match form {
        Form::Rss => {
            let item = |item: &Item| {
                format!(
                    "\n\t\t<!-- before {0} -->\n\n\t\t<item >\n\t\t\t<title>{1} &amp; {note}</title>\r\n\t\t\t<link>{2}</link><guid isPermaLink=\"false\">{0}</guid>\
                     <x:item kind='y>z'><x:item>inner</x:item></x:item><entry xmlns='urn:o'/>\n\t\t\t<content:encoded><![CDATA[<p>{3} {note} &eacute; </item> </p>]]></content:encoded>\n\t\t</item>",
                    item.id,
                    item.title,
                    link(item),
                    item.text
                )
            };
            format!(
                "{declaration}\n<?xml-stylesheet href='a.xsl'?><!DOCTYPE rss [ <!ENTITY x \"<item>\"> ]>\n<rss version='2.0' xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:x='urn:x'><channel><title>All {note}</title><link>https://all.example/</link><x:item>no item</x:item><x:list><item>none either</item></x:list>{}\n  <ttl>5</ttl> </channel></rss>\n<!-- end -->\n\n",
                joined(&item)
            )
        }
        Form::OneLine => {
            let item = |item: &Item| {
                format!(
                    "<item><title>{}</title><link>{}</link><guid isPermaLink='false'>{}</guid><description>&lt;p&gt;{} {note}</description></item>",
                    item.title,
                    link(item),
                    item.id,
                    item.text
                )
            };
            format!(
                "{declaration}<rss version='2.0'><channel><title>All</title>{}</channel></rss>",
                joined(&item)
            )
        }
        Form::Rss091 => {
            let item = |item: &Item| {
                format!(
                    "\r\n<item>\r\n<title>{}</title>\r\n<link>{}</link>\r\n<description>{} {note}</description>\r\n</item>",
                    item.title,
                    link(item),
                    item.text
                )
            };
            format!(
                "{declaration}\r\n<rss version='0.91'><channel><title>All</title>{}\r\n</channel></rss>",
                joined(&item)
            )
        }
        Form::Rdf => {
            let item = |item: &Item| {
                format!(
                    "\n<item rdf:about=\"{}\">\n  <title>{}</title>\n  <link>{}</link>\n  <description>{} {note}</description>\n</item>",
                    item.id,
                    item.title,
                    link(item),
                    item.text
                )
            };
            format!(
                "{declaration}\n<rdf:RDF xmlns=\"http://purl.org/rss/1.0/\" xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n<channel rdf:about='https://all.example/'><title>All</title><items><rdf:Seq><rdf:li resource='x'/></rdf:Seq></items></channel>{}\n</rdf:RDF>\n",
                joined(&item)
            )
        }
        Form::Atom => {
            let item = |item: &Item| {
                format!(
                    "\n  <entry>\n    <id>{}</id>\n    <title>{}</title>\n    <link href='{}'/>\n    <content type='html'>&lt;b>{}&lt;/b> {note}</content>\n  </entry>",
                    item.id,
                    item.title,
                    link(item),
                    item.text
                )
            };
            format!(
                "{declaration}\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n  <title>All</title><link rel='self' href='https://all.example/feed'/>{}\n</feed>\n",
                joined(&item)
            )
        }
        Form::AtomPrefix => {
            let item = |item: &Item| {
                format!(
                    " <a:entry><a:id>{}</a:id><a:title>{}</a:title><a:link href='{}'/><a:summary>{} {note}</a:summary><entry xmlns='urn:o'>o</entry></a:entry>\n",
                    item.id,
                    item.title,
                    link(item),
                    item.text
                )
            };
            format!(
                "{declaration}<a:feed xmlns:a=\"http://www.w3.org/2005/Atom\"><a:title>All</a:title>{}</a:feed>",
                joined(&item)
            )
        }
        Form::Json | Form::JsonOneLine => {
            let (line, gap) = if form == Form::Json {
                ("\n    ", " ")
            } else {
                ("", "")
            };
            let item = |item: &Item| {
                format!(
                    "{{{line}\"id\":{gap}\"{}\",{line}\"x\": {{\"items\": [1, {{}}]}},{line}\"title\" :\"{}\",{line}\"url\":\"{}\",{line}\"content_text\":{gap}\"{} {note} ]}},{{\\\"\"{line}}}",
                    item.id,
                    item.title,
                    link(item),
                    item.text
                )
            };
            let all: Vec<String> = items.iter().map(item).collect();
            format!(
                "{{\"title\": \"All\", \"_x\": {{\"items\": [{{}}]}},{line}\"version\": \"https://jsonfeed.org/version/1.1\", \"items\":{gap}[{line}{}{}], \"z\": 1.50e0 }}\n",
                all.join(&format!(",{line}")),
                if items.is_empty() { "" } else { line }
            )
        }
    }
}

pub fn is_json(form: Form) -> bool {
    matches!(form, Form::Json | Form::JsonOneLine)
}

/// The text in an encoding, with its mark where it has one.
pub fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    let wide = |mark: &[u8], bytes: &dyn Fn(u16) -> [u8; 2]| {
        let units = text.encode_utf16().flat_map(bytes);
        mark.iter().copied().chain(units).collect::<Vec<u8>>()
    };
    match encoding {
        "utf-8 with a mark" => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        "utf-16le" => wide(b"\xff\xfe", &u16::to_le_bytes),
        "utf-16be" => wide(b"\xfe\xff", &u16::to_be_bytes),
        "utf-16le without a mark" => wide(b"", &u16::to_le_bytes),
        "utf-32le" => {
            let units = text.chars().flat_map(|c| u32::from(c).to_le_bytes());
            b"\xff\xfe\0\0".iter().copied().chain(units).collect()
        }
        "utf-32be" => {
            let units = text.chars().flat_map(|c| u32::from(c).to_be_bytes());
            b"\0\0\xfe\xff".iter().copied().chain(units).collect()
        }
        label => {
            let (bytes, _, lossy) = Encoding::for_label(label.as_bytes()).unwrap().encode(text);
            assert!(!lossy, "{label}");
            bytes.into_owned()
        }
    }
}

pub const ENCODINGS: [(&str, &str); 14] = [
    ("utf-8", "żółw 😀"),
    ("utf-8 with a mark", "żółw"),
    ("utf-16le", "żółw 😀 㰀㸾"),
    ("utf-16be", "żółw 😀 㰀㸾"),
    ("utf-16le without a mark", "ab"),
    ("utf-32le", "żółw 😀 㰀㸾"),
    ("utf-32be", "żółw"),
    ("iso-8859-1", "Größe"),
    ("windows-1251", "снег"),
    ("gbk", "暴雨漢"),
    ("gb18030", "暴雨漢 😀ŵ"),
    ("big5", "暴雨功蓋許"),
    ("shift_jis", "大雨ソ表能"),
    ("euc-kr", "폭우"),
];
