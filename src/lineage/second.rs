//! The second text that a copy was made from.

use ahash::AHashMap;

use super::chances::Chances;
use super::readings::side_by_side;
use super::weigh::Scale;

/// Lines that must stay unexplained by the exemplar and stand in the second text.
const LINES: usize = 2;
/// A text that is this likely a copy of the copy has its lines from there.
const MADE_FROM_COPY: f64 = 0.1;
/// A line of fewer words stands in two texts by chance.
const WORDS: u32 = 5;

/// Looks for second exemplars in one group.
pub(super) struct Seconds<'a> {
    scale: &'a Scale<'a>,
    chances: &'a Chances,
    /// The spans of the lines of descent.
    below: &'a [(usize, usize)],
    /// The texts that have a line in some wording.
    holders: AHashMap<(usize, usize), Vec<usize>>,
    /// The members that have a text, ascending.
    members: Vec<Vec<usize>>,
}

impl<'a> Seconds<'a> {
    /// Cost: the readings of all texts.
    pub(super) fn new(
        scale: &'a Scale<'a>,
        chances: &'a Chances,
        below: &'a [(usize, usize)],
    ) -> Self {
        let texts = &scale.readings.texts;
        let mut holders: AHashMap<(usize, usize), Vec<usize>> = AHashMap::new();
        for (text, readings) in texts.iter().enumerate() {
            for reading in readings {
                let same = holders.entry((reading.line, reading.variant));
                same.or_default().push(text);
            }
        }
        let mut members = vec![Vec::new(); texts.len()];
        for (at, member) in scale.members.iter().enumerate() {
            members[member.text].push(at);
        }
        Seconds {
            scale,
            chances,
            below,
            holders,
            members,
        }
    }

    /// The member in which most of what a copy has beyond its exemplar stands word for
    /// word, with the first of these lines; `None` below two lines.
    ///
    /// It must not descend from the copy, nor be dated after it. Of equals the first is
    /// taken. Cost: the texts that have these lines.
    pub(super) fn find(&self, exemplar: usize, copy: usize) -> Option<(usize, usize)> {
        let own = self.scale.members[copy].text;
        let beyond = self.beyond(self.scale.members[exemplar].text, own);
        if beyond.len() < LINES {
            return None;
        }
        let mut shared: AHashMap<usize, usize> = AHashMap::new();
        for &text in beyond
            .iter()
            .filter_map(|at| self.holders.get(at))
            .flatten()
        {
            *shared.entry(text).or_default() += 1;
        }
        let mut ranked: Vec<(usize, usize)> = shared
            .into_iter()
            .filter(|&(text, lines)| lines >= LINES && text != own)
            .collect();
        ranked.sort_unstable_by_key(|&(text, lines)| (std::cmp::Reverse(lines), text));
        let first = |text: usize| {
            let mut members = self.members[text].iter().copied();
            members.find(|&other| self.could(other, exemplar, copy))
        };
        let found = ranked
            .chunk_by(|x, y| x.1 == y.1)
            .find_map(|equals| equals.iter().filter_map(|&(text, _)| first(text)).min());
        let member = found?;
        let readings = &self.scale.readings.texts[self.scale.members[member].text];
        let has = |&&(line, variant): &&(usize, usize)| {
            let at = readings.binary_search_by_key(&line, |reading| reading.line);
            at.is_ok_and(|at| readings[at].variant == variant)
        };
        Some((member, beyond.iter().find(has)?.0))
    }

    /// The lines of the story that a copy has from elsewhere than its exemplar, each with
    /// its wording.
    fn beyond(&self, exemplar: usize, copy: usize) -> Vec<(usize, usize)> {
        let readings = self.scale.readings;
        let texts = &readings.texts;
        // What most texts have the exemplar cut, and its copy is hardly its copy.
        let most = (texts.len() / 2).max(2);
        side_by_side(&texts[exemplar], &texts[copy])
            .filter(|(line, of_x, _)| of_x.is_none() && readings.lines[*line].body)
            .filter_map(|(line, _, of_y)| Some((line, of_y?.variant)))
            .filter(|&(line, variant)| {
                let about = &readings.lines[line];
                let held = about.variants[variant] as usize;
                held > 1 && held <= most && about.words[variant] >= WORDS
            })
            .collect()
    }

    fn could(&self, other: usize, exemplar: usize, copy: usize) -> bool {
        let (y, z) = (&self.scale.members[copy], &self.scale.members[other]);
        let after = super::dates::order(&y.dated(), &z.dated());
        other != exemplar
            && self.chances.share(copy, other) < MADE_FROM_COPY
            && !(self.below[copy].0..self.below[copy].1).contains(&self.below[other].0)
            && after.is_none_or(|(order, _)| !order.is_lt())
    }
}
