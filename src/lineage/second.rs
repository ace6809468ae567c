//! The second text that a copy was made from.

use super::chances::Chances;
use super::readings::side_by_side;
use super::weigh::Scale;

/// Lines that must stay unexplained by the exemplar and stand in the second text.
const LINES: usize = 2;
/// A text that is this likely a copy of the copy has its lines from there.
const MADE_FROM_COPY: f64 = 0.1;
/// A line of fewer words stands in two texts by chance.
const WORDS: u32 = 5;

/// The member in which most of what a copy has beyond its exemplar stands word for
/// word, with the first of these lines; `None` below two lines.
///
/// It must not descend from the copy (`below` are the spans of the lines of descent),
/// nor be dated after it. Of equals the first is taken. Cost: the readings of all texts.
pub(super) fn second_exemplar(
    scale: &Scale<'_>,
    chances: &Chances,
    (exemplar, copy): (usize, usize),
    below: &[(usize, usize)],
) -> Option<(usize, usize)> {
    let (x, y) = (&scale.members[exemplar], &scale.members[copy]);
    let texts = &scale.readings.texts;
    // What most texts have the exemplar cut, and its copy is hardly its copy.
    let most = (texts.len() / 2).max(2);
    let is_body = |line: usize| scale.readings.lines[line].body;
    let beyond: Vec<(usize, usize)> = side_by_side(&texts[x.text], &texts[y.text])
        .filter(|(line, of_x, _)| of_x.is_none() && is_body(*line))
        .filter_map(|(line, _, of_y)| Some((line, of_y?.variant)))
        .filter(|&(line, variant)| {
            let about = &scale.readings.lines[line];
            let held = about.variants[variant] as usize;
            held > 1 && held <= most && about.words[variant] >= WORDS
        })
        .collect();
    if beyond.len() < LINES {
        return None;
    }
    let could = |other: usize| {
        let z = &scale.members[other];
        let after = super::dates::order(&y.dated(), &z.dated());
        other != copy
            && other != exemplar
            && z.text != y.text
            && chances.share(copy, other) < MADE_FROM_COPY
            && !(below[copy].0..below[copy].1).contains(&below[other].0)
            && after.is_none_or(|(order, _)| !order.is_lt())
    };
    let shared = |other: usize| -> Vec<usize> {
        let own = &texts[scale.members[other].text];
        let has = |&(line, variant): &(usize, usize)| {
            let at = own.binary_search_by_key(&line, |reading| reading.line);
            at.is_ok_and(|at| own[at].variant == variant)
        };
        beyond
            .iter()
            .filter(|pair| has(pair))
            .map(|&(line, _)| line)
            .collect()
    };
    let candidates = (0..scale.members.len()).filter(|&other| could(other));
    let mut best: Option<(usize, Vec<usize>)> = None;
    for other in candidates {
        let lines = shared(other);
        if lines.len() >= LINES
            && best
                .as_ref()
                .is_none_or(|(_, known)| lines.len() > known.len())
        {
            best = Some((other, lines));
        }
    }
    let (member, lines) = best?;
    Some((member, *lines.first()?))
}
