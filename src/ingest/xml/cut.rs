//! Where records begin and end in a stream of XML.

use super::context::{Context, TITLE_BYTES};
use super::entities::decode;
use super::family::Family;
use super::token::{CDATA, Kind, Scanner, Token, name, swallows};
use super::tree::{Tree, ill_formed, too_many_attributes};
use super::{About, record};
use crate::ingest::Limits;
use crate::ingest::gather::File;
use crate::ingest::reason::{Reason, Refusal};
use crate::ingest::window::Bytes;

enum State {
    /// Between records.
    Between,
    /// In a record, whose bytes wait in the window.
    Inside(Box<[u8]>),
    /// In a record that was rejected.
    Lost(Box<[u8]>),
}

/// Reads a stream record by record.
pub(super) struct Cutter {
    /// Records so far.
    pub number: u64,
    scanner: Scanner,
    state: State,
    context: Context,
    /// The next token, from the front of the window.
    at: usize,
    /// The record that is too long, told once it ended: where the stream is cut off before, that is
    /// what is told.
    too_long: Option<(u64, u64, Refusal)>,
    /// Whether a document was seen.
    began: bool,
    /// Whether it was told that elements are nested too deep.
    too_deep: bool,
    /// Whether it was told that a document behind the first one is not read.
    told_other: bool,
}

impl Cutter {
    pub fn new(limits: &Limits) -> Self {
        Cutter {
            number: 0,
            scanner: Scanner::new(limits.attributes),
            state: State::Between,
            context: Context::new(),
            at: 0,
            too_long: None,
            began: false,
            too_deep: false,
            told_other: false,
        }
    }

    /// What the last document is and says of itself.
    pub fn into_document(self) -> (Family, About) {
        (self.context.family, self.context.about)
    }

    /// Reads everything. An error is one of the file as a whole, of which nothing was read.
    pub fn read(&mut self, window: &mut Bytes<'_>, file: &mut File<'_, '_>) -> Result<(), Refusal> {
        let limit = file.record_limit();
        let mut ended = false;
        while file.out.failed.is_none() {
            let held = window.available();
            let is_over = held.len() > limit.max(1 << 16);
            let is_inside = matches!(self.state, State::Inside(_));
            let rest = held.get(self.at..).unwrap_or_default();
            let offset = window.offset() + self.at as u64;
            // Between records a token without an end is given up where a record would be.
            let last = ended || is_over && !is_inside;
            let token = (!rest.is_empty()).then(|| self.scanner.token(rest, offset, last));
            match token.flatten() {
                Some(token) if is_inside && self.at + token.len > limit => {
                    self.lose(file.too_long(), window, file);
                }
                Some(token) => self.take(token, window, file)?,
                None if ended => break,
                None if is_inside && is_over => self.lose(file.too_long(), window, file),
                None => ended = !window.more(),
            }
        }
        self.end(window, file);
        Ok(())
    }

    /// Deals with the token at the front.
    fn take(
        &mut self,
        token: Token,
        window: &mut Bytes<'_>,
        file: &mut File<'_, '_>,
    ) -> Result<(), Refusal> {
        let tag = window
            .available()
            .get(self.at..self.at + token.len)
            .unwrap_or_default();
        let name = match token.kind {
            Kind::Start | Kind::Empty | Kind::End | Kind::Broken | Kind::TooMany => name(tag),
            _ => b"",
        };
        let own = match &self.state {
            State::Between => None,
            State::Inside(own) | State::Lost(own) => Some(own),
        };
        let inside = matches!(self.state, State::Inside(_));
        if let Some(own) = own {
            // As the family knows its records: a bit of a name that changed is no other element.
            let same = own.eq_ignore_ascii_case(name);
            match token.kind {
                Kind::End if same => {
                    self.at += token.len;
                    self.close(window, file);
                    return Ok(());
                }
                Kind::Start | Kind::Empty if same => {
                    self.unclosed(window, file);
                    // Again, as the beginning of a record.
                    return Ok(());
                }
                Kind::Declaration => {
                    self.unclosed(window, file);
                    self.context.around.clear();
                    return Ok(());
                }
                Kind::End
                    if self
                        .context
                        .around
                        .iter()
                        .any(|(around, _)| **around == *name) =>
                {
                    self.unclosed(window, file);
                    return Ok(());
                }
                Kind::Broken | Kind::TooMany if inside => {
                    let refusal = broken(token, window.offset() + self.at as u64);
                    self.lose(refusal, window, file);
                    self.pass(token.len, window, file);
                    return Ok(());
                }
                Kind::Cdata if swallows(tag, own) => {
                    if inside {
                        let refusal = ill_formed("a CDATA section in it is not closed");
                        self.lose(refusal, window, file);
                    }
                    self.pass(CDATA.len(), window, file);
                    return Ok(());
                }
                _ => {}
            }
            if inside {
                self.at += token.len;
            } else {
                self.pass(token.len, window, file);
            }
            return Ok(());
        }
        self.between(token, window, file)
    }

    fn between(
        &mut self,
        token: Token,
        window: &mut Bytes<'_>,
        file: &mut File<'_, '_>,
    ) -> Result<(), Refusal> {
        let tag = window.available().get(..token.len).unwrap_or_default();
        match token.kind {
            Kind::Declaration => self.leave_document(window, file),
            Kind::Text | Kind::Cdata => {
                if let Some(said) = self.context.said()
                    && said.len() < TITLE_BYTES
                {
                    let text = String::from_utf8_lossy(tag);
                    let inner = text
                        .strip_prefix("<![CDATA[")
                        .and_then(|text| text.strip_suffix("]]>"));
                    match inner {
                        Some(inner) => said.push_str(inner),
                        None => said.push_str(&decode(&text)),
                    }
                }
            }
            Kind::Start | Kind::Empty | Kind::TooMany | Kind::Broken => {
                return self.element(token, window, file);
            }
            Kind::End => {
                let name = name(tag);
                let around = &mut self.context.around;
                if let Some(at) = around.iter().rposition(|(around, _)| **around == *name) {
                    around.truncate(at);
                }
            }
            Kind::Passed => {}
        }
        self.pass(token.len, window, file);
        Ok(())
    }

    /// A tag between records.
    fn element(
        &mut self,
        token: Token,
        window: &mut Bytes<'_>,
        file: &mut File<'_, '_>,
    ) -> Result<(), Refusal> {
        let tag = window.available().get(..token.len).unwrap_or_default();
        let text = String::from_utf8_lossy(tag);
        let qualified: Box<[u8]> = name(tag).into();
        let before = self.context.usual();
        let usual = self.context.prefixes.declare(&text).unwrap_or(before);
        let name = String::from_utf8_lossy(&qualified);
        let (vocabulary, local) = self.context.prefixes.resolve(&name, usual);
        let is_sound = matches!(token.kind, Kind::Start | Kind::Empty);
        // Around records one may have any number of attributes: none but names of vocabularies
        // matter.
        let is_wide = token.kind == Kind::TooMany;
        let is_known = is_sound || is_wide && tag.ends_with(b">");
        let begins = token.kind == Kind::Start || is_known && is_wide && !tag.ends_with(b"/>");
        if self.context.around.is_empty() && is_known {
            let family = Family::of(local);
            if matches!(family, Family::Other(_) | Family::Page) {
                let refusal = family.unsupported(local);
                if !self.began {
                    return Err(refusal);
                }
                // Once: what follows an unknown document may be thousands of them.
                if !std::mem::replace(&mut self.told_other, true) {
                    file.reject(None, window.offset(), refusal);
                }
            }
            self.context.family = family;
            self.context.about = About::default();
            self.began = true;
        }
        // The vocabulary of the root is the format's own, whatever its address.
        let is_own = vocabulary != super::names::FOREIGN || usual == vocabulary;
        if self.context.family.is_record(local) && is_own {
            self.number += 1;
            if !is_sound {
                let refusal = broken(token, window.offset());
                self.state = State::Lost(qualified);
                file.reject(Some(self.number), window.offset(), refusal);
                self.pass(token.len, window, file);
                return Ok(());
            }
            self.state = State::Inside(qualified);
            self.at = token.len;
            if token.kind == Kind::Empty {
                self.close(window, file);
            }
            return Ok(());
        }
        self.context.note_link(local, &text);
        if is_wide {
            file.out.limits_hit(&["attributes"]);
        }
        if begins {
            let deepest = file.options.limits.xml_depth as usize;
            if self.context.around.len() < deepest {
                self.context.around.push((qualified, usual));
            } else if !std::mem::replace(&mut self.too_deep, true) {
                let message = format!("elements are nested deeper than the limit of {deepest}");
                file.reject(
                    None,
                    window.offset(),
                    Refusal::new(Reason::TooDeep, message).beyond("xml_depth"),
                );
            }
        }
        self.pass(token.len, window, file);
        Ok(())
    }

    /// The record is whole, up to where the next token begins.
    fn close(&mut self, window: &mut Bytes<'_>, file: &mut File<'_, '_>) {
        self.tell_too_long(file);
        let state = std::mem::replace(&mut self.state, State::Between);
        let (number, offset) = (self.number, window.offset());
        if matches!(state, State::Inside(_)) {
            let bytes = window.available().get(..self.at).unwrap_or_default();
            if let Err(refusal) = record(bytes, (number, offset), &mut self.context, file) {
                file.reject(Some(number), offset, refusal);
            }
        }
        let passed = std::mem::take(&mut self.at);
        window.consume(passed);
        file.told(passed);
        window.shrink();
    }

    /// The record ends where it must not; the token that says so is looked at again.
    fn unclosed(&mut self, window: &mut Bytes<'_>, file: &mut File<'_, '_>) {
        self.tell_too_long(file);
        if matches!(self.state, State::Inside(_)) {
            let byte = window.offset() + self.at as u64;
            let what = format!("it is not closed before byte {byte}");
            let refusal = self.why_unclosed(&what, window, file);
            self.lose(refusal, window, file);
        }
        self.state = State::Between;
    }

    /// Why the record at the front is left out, which ends before it is closed: it may be
    /// nested too deep for anybody to close it.
    fn why_unclosed(&mut self, what: &str, window: &Bytes<'_>, file: &File<'_, '_>) -> Refusal {
        let bytes = window.available().get(..self.at).unwrap_or_default();
        let (usual, limits) = (self.context.usual(), &file.options.limits);
        let parsed = file.decode(bytes).and_then(|(text, _)| {
            Tree::parse(&text, usual, &mut self.context.prefixes, limits).map(|_| ())
        });
        match parsed {
            Err(refusal) if refusal.reason == Reason::TooDeep => refusal,
            _ => ill_formed(what),
        }
    }

    /// Rejects the record and passes over what was looked at of it.
    fn lose(&mut self, refusal: Refusal, window: &mut Bytes<'_>, file: &mut File<'_, '_>) {
        match refusal.reason {
            Reason::TooLong => self.too_long = Some((self.number, window.offset(), refusal)),
            _ => file.reject(Some(self.number), window.offset(), refusal),
        }
        let state = std::mem::replace(&mut self.state, State::Between);
        if let State::Inside(own) | State::Lost(own) = state {
            self.state = State::Lost(own);
        }
        self.pass(0, window, file);
        window.shrink();
    }

    fn tell_too_long(&mut self, file: &mut File<'_, '_>) {
        if let Some((number, offset, refusal)) = self.too_long.take() {
            file.reject(Some(number), offset, refusal);
        }
    }

    /// Passes over everything up to the next token and `more` bytes.
    fn pass(&mut self, more: usize, window: &mut Bytes<'_>, file: &mut File<'_, '_>) {
        let passed = std::mem::take(&mut self.at) + more;
        window.consume(passed);
        file.told(passed);
    }

    fn end(&mut self, window: &mut Bytes<'_>, file: &mut File<'_, '_>) {
        // What is lost of a cut stream is told by the damage itself.
        let cut = window.damage().is_some();
        if cut {
            self.too_long = None;
        }
        self.tell_too_long(file);
        if !cut && matches!(self.state, State::Inside(_)) {
            let refusal = self.why_unclosed("the file ends within it", window, file);
            self.lose(refusal, window, file);
            self.context.around.clear();
        }
        if matches!(self.state, State::Lost(_)) || cut {
            self.context.around.clear();
        }
        self.leave_document(window, file);
        if !cut && self.began && self.number == 0 && !self.context.family.may_be_empty() {
            let message = "the document holds no item; only those of feeds and agencies are read";
            file.reject(None, 0, Refusal::new(Reason::Unsupported, message));
        }
        if !self.began && !cut {
            let refusal = Refusal::new(
                Reason::InvalidXml,
                "the file has no element of XML in it; give it another extension if it is text",
            );
            file.reject(None, 0, refusal);
        }
    }

    /// The document is over; what it did not close is told.
    fn leave_document(&mut self, window: &Bytes<'_>, file: &mut File<'_, '_>) {
        if let Some((root, _)) = self.context.around.first() {
            let root = String::from_utf8_lossy(root);
            let message = format!(
                "the document ends before its <{root}> is closed; what came before was kept"
            );
            file.reject(
                None,
                window.offset() + self.at as u64,
                Refusal::new(Reason::InvalidXml, message),
            );
        }
        self.context.around.clear();
    }
}

fn broken(token: Token, byte: u64) -> Refusal {
    match token.kind {
        Kind::TooMany => too_many_attributes(&format!("the tag at byte {byte}")),
        _ => ill_formed(&format!("the markup at byte {byte} is not closed")),
    }
}
