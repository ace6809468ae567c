//! What stands behind an `&`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use memchr::memchr;

/// The names of HTML for U+00A0 to U+00FF, in order.
const LATIN: &str = "\
nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn \
sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave \
Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc \
Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute \
THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml \
igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave \
uacute ucirc uuml yacute thorn yuml";

/// Other names of HTML 4, each before its number.
const OTHERS: &str = "\
OElig 152 oelig 153 Scaron 160 scaron 161 Yuml 178 fnof 192 circ 2c6 tilde 2dc Alpha 391 \
Beta 392 Gamma 393 Delta 394 Epsilon 395 Zeta 396 Eta 397 Theta 398 Iota 399 Kappa 39a \
Lambda 39b Mu 39c Nu 39d Xi 39e Omicron 39f Pi 3a0 Rho 3a1 Sigma 3a3 Tau 3a4 Upsilon 3a5 Phi \
3a6 Chi 3a7 Psi 3a8 Omega 3a9 alpha 3b1 beta 3b2 gamma 3b3 delta 3b4 epsilon 3b5 zeta 3b6 \
eta 3b7 theta 3b8 iota 3b9 kappa 3ba lambda 3bb mu 3bc nu 3bd xi 3be omicron 3bf pi 3c0 rho \
3c1 sigmaf 3c2 sigma 3c3 tau 3c4 upsilon 3c5 phi 3c6 chi 3c7 psi 3c8 omega 3c9 thetasym 3d1 \
upsih 3d2 piv 3d6 ensp 2002 emsp 2003 thinsp 2009 zwnj 200c zwj 200d lrm 200e rlm 200f ndash \
2013 mdash 2014 lsquo 2018 rsquo 2019 sbquo 201a ldquo 201c rdquo 201d bdquo 201e dagger \
2020 Dagger 2021 bull 2022 hellip 2026 permil 2030 prime 2032 Prime 2033 lsaquo 2039 rsaquo \
203a oline 203e frasl 2044 euro 20ac image 2111 weierp 2118 real 211c trade 2122 alefsym \
2135 larr 2190 uarr 2191 rarr 2192 darr 2193 harr 2194 crarr 21b5 lArr 21d0 uArr 21d1 rArr \
21d2 dArr 21d3 hArr 21d4 forall 2200 part 2202 exist 2203 empty 2205 nabla 2207 isin 2208 \
notin 2209 ni 220b prod 220f sum 2211 minus 2212 lowast 2217 radic 221a prop 221d infin 221e \
ang 2220 and 2227 or 2228 cap 2229 cup 222a int 222b there4 2234 sim 223c cong 2245 asymp \
2248 ne 2260 equiv 2261 le 2264 ge 2265 sub 2282 sup 2283 nsub 2284 sube 2286 supe 2287 \
oplus 2295 otimes 2297 perp 22a5 sdot 22c5 lceil 2308 rceil 2309 lfloor 230a rfloor 230b \
lang 2329 rang 232a loz 25ca spades 2660 clubs 2663 hearts 2665 diams 2666";

/// Longest name of an entity that is looked for.
const LONGEST: usize = 32;

/// The text with its character references resolved. XML knows five names; feeds use those of
/// HTML without declaring them. Any other reference stays as it is written.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let head = behind
            .as_bytes()
            .get(..LONGEST)
            .unwrap_or(behind.as_bytes());
        let name = memchr(b';', head).and_then(|end| behind.get(..end));
        match name.and_then(|name| character(name).map(|c| (name, c))) {
            Some((name, c)) => {
                out.push(c);
                rest = behind.get(name.len() + 1..).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn character(name: &str) -> Option<char> {
    let Some(number) = name.strip_prefix('#') else {
        return named().get(name).copied();
    };
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let code = u32::from_str_radix(digits, radix).unwrap_or(u32::MAX);
    Some(match code {
        9 | 10 | 13 => char::from_u32(code)?,
        // Numbers of windows-1252, as browsers read them.
        0x80..=0x9f => {
            let byte = [u8::try_from(code).ok()?];
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte);
            text.chars().next()?
        }
        0..=31 => char::REPLACEMENT_CHARACTER,
        _ => char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
    })
}

fn named() -> &'static BTreeMap<&'static str, char> {
    static NAMED: OnceLock<BTreeMap<&'static str, char>> = OnceLock::new();
    NAMED.get_or_init(|| {
        let latin = LATIN.split_whitespace().zip('\u{a0}'..);
        let mut words = OTHERS.split_whitespace();
        let others = std::iter::from_fn(|| {
            let name = words.next()?;
            let code = u32::from_str_radix(words.next()?, 16).ok()?;
            Some((name, char::from_u32(code)?))
        });
        let xml = [
            ("amp", '&'),
            ("lt", '<'),
            ("gt", '>'),
            ("quot", '"'),
            ("apos", '\''),
        ];
        latin.chain(others).chain(xml).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        assert_eq!(
            decode("a&amp;b &lt;&eacute;&nbsp;&#233;&#xE9;&#x1F600;"),
            "a&b <é\u{a0}éé😀"
        );
        assert_eq!(decode("&rsquo;&hellip;&euro;&yuml;"), "’…€ÿ");
        assert_eq!(
            decode("&#146;&#0;&#xD800;&#99999999999;"),
            "’\u{fffd}\u{fffd}\u{fffd}"
        );
        for kept in [
            "AT&T", "a & b;", "&foo;", "&;", "&#;", "&#x;", "&#+5;", "&", "&lol9;",
        ] {
            assert_eq!(decode(kept), kept);
        }
        assert_eq!(decode("&amp;lt;"), "&lt;");
        assert_eq!(named().len(), 253);
    }
}
