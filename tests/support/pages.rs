//! Article pages as outlets build them, each with its story, all of them made up here.

#[path = "tongues.rs"]
mod tongues;

use tongues::{TONGUES, Tongue};

/// A page and the story in it, a paragraph a line.
pub struct Page {
    pub name: String,
    pub html: String,
    pub title: &'static str,
    pub story: String,
}

/// What a template puts on the page.
struct Story<'a> {
    tongue: &'a Tongue,
    paragraphs: Vec<String>,
}

impl Story<'_> {
    /// Each paragraph between two strings.
    fn wrapped(&self, before: &str, after: &str) -> String {
        self.paragraphs
            .iter()
            .map(|p| format!("{before}{p}{after}\n"))
            .collect()
    }

    fn links(&self, of: &[&str]) -> String {
        of.iter()
            .map(|text| format!("<a href=\"/{}\">{text}</a> ", text.len()))
            .collect()
    }

    fn items(&self, of: &[&str]) -> String {
        of.iter()
            .map(|text| format!("<li><a href=\"/{}\">{text}</a></li>\n", text.len()))
            .collect()
    }

    fn nav(&self) -> String {
        format!(
            "<header class=\"site-header\"><a href=\"/\" class=\"logo\">Logo</a><nav><ul>{}</ul></nav></header>",
            self.items(self.tongue.nav)
        )
    }

    fn share(&self) -> String {
        format!(
            "<div class=\"share-bar social\"><ul>{}</ul></div>",
            self.items(self.tongue.share)
        )
    }

    fn related(&self) -> String {
        format!(
            "<aside class=\"related\"><h3>+</h3><ul>{}</ul></aside>",
            self.items(self.tongue.related)
        )
    }

    fn comments(&self) -> String {
        let each = |text: &&str| {
            format!(
                "<div class=\"comment\"><span class=\"user\">user{}</span><p>{text}</p></div>\n",
                text.len()
            )
        };
        let all: String = self.tongue.comments.iter().map(each).collect();
        format!(
            "<section id=\"comments\"><h2>{}</h2>{}</section>",
            self.tongue.comments.len(),
            all.repeat(2)
        )
    }

    fn cookies(&self) -> String {
        format!(
            "<div id=\"cookie-consent\" class=\"cookie-banner\" role=\"dialog\"><p>{}</p><button>OK</button></div>",
            self.tongue.cookies
        )
    }

    fn figure(&self) -> String {
        format!(
            "<figure><img src=\"/a.jpg\" alt=\"x\"><figcaption>{}</figcaption></figure>",
            self.tongue.caption
        )
    }

    fn footer(&self) -> String {
        format!(
            "<footer><p>{}</p>{}</footer>",
            self.tongue.rights,
            self.links(self.tongue.nav)
        )
    }

    fn h1(&self) -> String {
        format!("<h1>{}</h1>", self.tongue.title)
    }

    fn head(&self, more: &str) -> String {
        let title = self.tongue.title;
        format!(
            "<!DOCTYPE html><html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{title} | Daily</title><script>var a = \"<p>no</p>\";</script><style>p > a {{ color: red }}</style>{more}</head><body>",
            self.tongue.code
        )
    }
}

type Template = fn(&Story<'_>) -> (String, Vec<String>);

fn whole(story: &Story<'_>, head: &str, body: String) -> (String, Vec<String>) {
    (
        format!("{}{body}</body></html>", story.head(head)),
        story.paragraphs.clone(),
    )
}

const TEMPLATES: &[(&str, Template)] = &[
    ("semantic", |s| {
        whole(
            s,
            "",
            format!(
                "{}{}<main><article><header>{}<p class=\"byline\">By A. Writer</p><time datetime=\"2031-04-03T09:00:00Z\">3.4.2031</time></header>{}{}{}</article>{}</main>{}{}",
                s.cookies(),
                s.nav(),
                s.h1(),
                s.figure(),
                s.share(),
                s.wrapped("<p>", "</p>"),
                s.related(),
                s.comments(),
                s.footer()
            ),
        )
    }),
    ("div soup", |s| {
        whole(
            s,
            "",
            format!(
                "<div id=\"wrap\"><div id=\"top\">{}</div><div id=\"content\"><div class=\"headline\">{}</div><div class=\"meta\">3.4.2031</div><div class=\"post-body\">{}</div>{}</div><div id=\"sidebar\"><ul>{}</ul></div><div id=\"bottom\">{}</div></div>",
                s.links(s.tongue.nav),
                s.h1(),
                s.wrapped("<p>", "</p>"),
                s.share(),
                s.items(s.tongue.related),
                s.tongue.rights
            ),
        )
    }),
    ("line breaks", |s| {
        whole(
            s,
            "",
            format!(
                "<div class=\"menu\">{}</div><div class=\"story\">{}<div class=\"storytext\">{}</div></div><div class=\"foot\">{}</div>",
                s.links(s.tongue.nav),
                s.h1(),
                s.paragraphs.join("<br><br>\n"),
                s.tongue.rights
            ),
        )
    }),
    ("tables", |s| {
        whole(
            s,
            "",
            format!(
                "<table width=\"100%\"><tr><td colspan=2>{}</td></tr><tr><td width=150><table><tr><td>{}</td></tr></table></td><td><font size=4><b>{}</b></font><table><tr><td><font face=\"Arial\">{}</font></td></tr></table></td></tr><tr><td colspan=2><font size=1>{}</font></td></tr></table>",
                s.links(s.tongue.nav),
                s.links(s.tongue.related),
                s.tongue.title,
                s.wrapped("<p>", "</p>"),
                s.tongue.rights
            ),
        )
    }),
    ("tables and breaks", |s| {
        whole(
            s,
            "",
            format!(
                "<table><tr><td>{}</td><td><font size=\"5\">{}</font><br>{}</td></tr></table>",
                s.links(s.tongue.nav),
                s.tongue.title,
                s.paragraphs.join("<br>\n<br>\n")
            ),
        )
    }),
    ("amp", |s| {
        let (page, story) = whole(
            s,
            "<style amp-boilerplate>body{visibility:hidden}</style><noscript><style>b{}</style></noscript>",
            format!(
                "<amp-sidebar id=\"sb\"><ul>{}</ul></amp-sidebar><article class=\"amp-wp-article\"><header>{}</header><amp-img src=\"a\" width=1 height=1></amp-img><div class=\"amp-wp-article-content\">{}</div><amp-social-share type=\"x\"></amp-social-share></article>{}",
                s.items(s.tongue.nav),
                s.h1(),
                s.wrapped("<p>", "</p><amp-ad width=300></amp-ad>"),
                s.footer()
            ),
        );
        (page.replace("<html ", "<html amp "), story)
    }),
    ("json-ld only", |s| {
        let body = serde_json::to_string(&s.paragraphs.join("\n\n")).unwrap_or_default();
        let head = format!(
            "<script type=\"application/ld+json\">{{\"@context\":\"https://schema.org\",\"@graph\":[{{\"@type\":\"WebSite\",\"name\":\"Daily\"}},{{\"@type\":\"NewsArticle\",\"headline\":\"{}\",\"articleBody\":{body}}}]}}</script>",
            s.tongue.title
        );
        let teaser = s.paragraphs.first().cloned().unwrap_or_default();
        whole(
            s,
            &head,
            format!(
                "{}<div id=\"app\">{}<p class=\"teaser\">{teaser}</p><div class=\"paywall\">{}</div></div>{}",
                s.nav(),
                s.h1(),
                s.tongue.nav.join(" "),
                s.footer()
            ),
        )
    }),
    ("live blog", |s| {
        let posts: String = s.paragraphs.iter().enumerate().map(|(n, p)| format!("<div class=\"live-post\" id=\"post-{n}\"><time datetime=\"2031-04-03T{n:02}:00\">{n:02}:00</time><div class=\"post-text\"><p>{p}</p></div></div>\n")).collect();
        whole(
            s,
            "",
            format!(
                "{}<main>{}<div class=\"live-posts\">{posts}</div></main>{}",
                s.nav(),
                s.h1(),
                s.footer()
            ),
        )
    }),
    ("list", |s| {
        let (first, rest) = s.paragraphs.split_at(2);
        let intro: String = first.iter().map(|p| format!("<p>{p}</p>")).collect();
        let list: String = rest.iter().map(|p| format!("<li>{p}</li>\n")).collect();
        whole(
            s,
            "",
            format!(
                "{}<article>{}{intro}<ul>{list}</ul>{}</article>{}",
                s.nav(),
                s.h1(),
                s.share(),
                s.footer()
            ),
        )
    }),
    ("pull quotes", |s| {
        let quote = s.tongue.sentences.get(2).copied().unwrap_or_default();
        let mut body = String::new();
        for (n, p) in s.paragraphs.iter().enumerate() {
            body += &format!("<p>{p}</p>\n");
            if n == 1 {
                body +=
                    &format!("<aside class=\"pullquote\"><blockquote>{quote}</blockquote></aside>");
            }
            if n == 3 {
                body += &format!(
                    "<div class=\"inline-related\"><a href=\"/r\">{}</a></div>",
                    s.tongue.related.first().copied().unwrap_or_default()
                );
            }
        }
        whole(
            s,
            "",
            format!(
                "{}<article>{}<div class=\"article-body\">{body}</div></article>{}{}",
                s.nav(),
                s.h1(),
                s.related(),
                s.footer()
            ),
        )
    }),
    ("many comments", |s| {
        whole(
            s,
            "",
            format!(
                "{}<div class=\"article\">{}<div class=\"text\">{}</div></div>{}{}",
                s.nav(),
                s.h1(),
                s.wrapped("<p>", "</p>"),
                s.comments().repeat(4),
                s.footer()
            ),
        )
    }),
    ("consent wall", |s| {
        whole(
            s,
            "",
            format!(
                "{}<div class=\"consent\"><p>{}</p></div><div id=\"main\"><div class=\"article__content\">{}{}</div></div><div class=\"newsletter\"><form><p>{}</p><input><button>OK</button></form></div>{}",
                s.cookies(),
                s.tongue.cookies.repeat(3),
                s.h1(),
                s.wrapped("<p>", "</p>"),
                s.tongue.cookies,
                s.footer()
            ),
        )
    }),
    ("gallery", |s| {
        let body: String = s
            .paragraphs
            .iter()
            .map(|p| format!("<p>{p}</p>{}", s.figure()))
            .collect();
        whole(
            s,
            "",
            format!(
                "{}<article>{}{body}</article>{}",
                s.nav(),
                s.h1(),
                s.footer()
            ),
        )
    }),
    ("brief", |s| {
        let story: Vec<String> = s.paragraphs.iter().take(1).cloned().collect();
        let body: String = story.iter().map(|p| format!("<p>{p}</p>")).collect();
        (
            format!(
                "{}{}<main><article>{}{body}</article></main>{}{}</body></html>",
                s.head(""),
                s.nav(),
                s.h1(),
                s.related(),
                s.footer()
            ),
            story,
        )
    }),
    ("components", |s| {
        whole(s, "", format!("{}<main id=\"main-content\"><article><div data-component=\"headline-block\">{}</div>{}</article></main>{}{}", s.nav(), s.h1(),
            s.wrapped("<div data-component=\"text-block\" class=\"ssrcss-uf6wea\"><div class=\"ssrcss-7uxr49\"><p class=\"ssrcss-1q0x1qg\">", "</p></div></div><div data-component=\"ad-slot\"><div class=\"advert\"></div></div>"), s.related(), s.footer()))
    }),
    ("custom elements", |s| {
        whole(
            s,
            "",
            format!(
                "<site-nav>{}</site-nav><news-article><h1 slot=\"t\">{}</h1><news-body>{}</news-body></news-article><site-footer>{}</site-footer>",
                s.links(s.tongue.nav),
                s.tongue.title,
                s.wrapped("<p>", "</p>"),
                s.tongue.rights
            ),
        )
    }),
    ("inline links", |s| {
        let linked = |p: &String| {
            p.replacen(s.tongue.space, " <a href=\"/l\">link</a> ", 1)
                .replace("\u{0}", "")
        };
        let story: Vec<String> = s
            .paragraphs
            .iter()
            .map(|p| linked(p).replace("<a href=\"/l\">", "").replace("</a>", ""))
            .collect();
        let body: String = s
            .paragraphs
            .iter()
            .map(|p| format!("<p><span class=\"drop\"></span>{}</p>", linked(p)))
            .collect();
        (
            format!(
                "{}{}<article>{}{body}</article>{}</body></html>",
                s.head(""),
                s.nav(),
                s.h1(),
                s.footer()
            ),
            story,
        )
    }),
    ("blog", |s| {
        whole(
            s,
            "",
            format!(
                "{}<div class=\"site-content hfeed\"><div id=\"primary\" class=\"content-area\"><main class=\"site-main\"><article class=\"post-17 post type-post hentry category-news\"><header class=\"entry-header\"><h1 class=\"entry-title\">{}</h1><div class=\"entry-meta\"><span class=\"posted-on\"><time class=\"entry-date published\" datetime=\"2031-04-03\">3.4.</time></span></div></header><div class=\"entry-content\">{}<div class=\"sharedaddy sd-sharing-enabled\"><div class=\"sd-content\"><ul>{}</ul></div></div><div id=\"jp-relatedposts\" class=\"jp-relatedposts\"><h3>+</h3></div></div><footer class=\"entry-footer\"><span class=\"cat-links\">{}</span></footer></article>{}</main></div><div id=\"secondary\" class=\"widget-area\"><section class=\"widget\"><ul>{}</ul></section></div></div>{}",
                s.nav(),
                s.tongue.title,
                s.wrapped("<p>", "</p>"),
                s.items(s.tongue.share),
                s.links(s.tongue.nav),
                s.comments(),
                s.items(s.tongue.related),
                s.footer()
            ),
        )
    }),
    ("broken", |s| {
        whole(
            s,
            "",
            format!(
                "<DIV ID=top>{}<DIV class='txt'><H1>{}</H2><B><P>{}</DIV></SPAN></TD><!-- oops -- ><P ALIGN=LEFT",
                s.links(s.tongue.nav),
                s.tongue.title,
                s.paragraphs.join("\n<P>")
            ),
        )
    }),
    ("long teasers", |s| {
        let teaser = |n: usize| {
            format!(
                "<div class=\"teaser\"><h3><a href=\"/t{n}\">{}</a></h3><p><a href=\"/t{n}\">{}</a></p></div>",
                s.tongue.related.first().copied().unwrap_or_default(),
                s.tongue.cookies
            )
        };
        let teasers: String = (0..6).map(teaser).collect();
        whole(
            s,
            "",
            format!(
                "{}<div class=\"page\"><div class=\"story\">{}{}</div><div class=\"more-stories\">{teasers}</div></div>{}",
                s.nav(),
                s.h1(),
                s.wrapped("<p>", "</p>"),
                s.footer()
            ),
        )
    }),
    ("subheads", |s| {
        let mut body = String::new();
        let mut story = Vec::new();
        for (n, p) in s.paragraphs.iter().enumerate() {
            if let (true, Some(head)) = (
                n == 2 || n == 4,
                s.tongue.heads.get((n / 2).saturating_sub(1)),
            ) {
                body += &format!("<h2>{head}</h2>");
                story.push((*head).to_string());
            }
            body += &format!("<p>{p}</p>");
            story.push(p.clone());
        }
        (
            format!(
                "{}{}<article>{}<div class=\"body\">{body}</div></article>{}</body></html>",
                s.head(""),
                s.nav(),
                s.h1(),
                s.footer()
            ),
            story,
        )
    }),
    ("unlucky names", |s| {
        whole(
            s,
            "",
            format!(
                "{}<div class=\"layout has-sidebar\"><div class=\"sidebar-left-main\" id=\"comment-free\"><div class=\"popup-ready\">{}{}</div></div></div>{}",
                s.nav(),
                s.h1(),
                s.wrapped("<p>", "</p>"),
                s.footer()
            ),
        )
    }),
    ("release", |s| {
        let (first, rest) = s.paragraphs.split_at(1);
        let body: String = rest.iter().map(|p| format!("<p>{p}</p>")).collect();
        whole(s, "", format!("{}<div class=\"release\">{}<p><strong>ORLEY, April 3, 2031</strong> - {}</p>{body}</div>{}", s.nav(), s.h1(), first.join(""), s.footer())).with_first("ORLEY, April 3, 2031 - ")
    }),
    ("print", |s| {
        (
            format!(
                "{}<center><h2>{}</h2></center><hr>{}<hr><small>{}</small></body></html>",
                s.head(""),
                s.tongue.title,
                s.wrapped("<p>", ""),
                s.tongue.rights
            ),
            s.paragraphs.clone(),
        )
    }),
    ("divs for paragraphs", |s| {
        whole(
            s,
            "",
            format!(
                "{}<div class=\"c1\"><div class=\"c2\">{}</div><div class=\"c3\">{}</div></div>{}",
                s.nav(),
                s.h1(),
                s.wrapped("<div class=\"p\">", "</div>"),
                s.footer()
            ),
        )
    }),
];

trait WithFirst {
    fn with_first(self, before: &str) -> Self;
}

impl WithFirst for (String, Vec<String>) {
    fn with_first(mut self, before: &str) -> Self {
        if let Some(first) = self.1.first_mut() {
            first.insert_str(0, before);
        }
        self
    }
}

/// Every template in every language.
pub fn pages() -> Vec<Page> {
    let mut pages = Vec::new();
    for (number, (name, template)) in TEMPLATES.iter().enumerate() {
        for tongue in &TONGUES {
            let count = 5 + number % 4;
            let paragraphs = (0..count).map(|n| {
                let pick =
                    |k: usize| tongue.sentences[(number + n * 2 + k) % tongue.sentences.len()];
                let many = 2 + (n + number) % 2;
                (0..many).map(pick).collect::<Vec<_>>().join(tongue.space)
            });
            let story = Story {
                tongue,
                paragraphs: paragraphs.collect(),
            };
            let (html, story) = template(&story);
            pages.push(Page {
                name: format!("{name} ({})", tongue.code),
                html,
                title: tongue.title,
                story: story.join("\n"),
            });
        }
    }
    pages
}

/// How well words of one text match those of another, in runs of `width`; of scripts
/// without spaces each character is a word.
pub fn f1(found: &str, wanted: &str, width: usize) -> f64 {
    use std::collections::HashMap;
    let words = |text: &str| -> Vec<String> {
        let mut words = vec![String::new()];
        for c in text.chars() {
            if ('\u{4e00}'..'\u{a000}').contains(&c) {
                words.push(c.to_string());
                words.push(String::new());
            } else if c.is_alphanumeric() {
                words.last_mut().unwrap().push(c);
            } else {
                words.push(String::new());
            }
        }
        words.retain(|w| !w.is_empty());
        words
    };
    let runs = |text: &str| {
        let mut runs: HashMap<String, usize> = HashMap::new();
        for run in words(text).windows(width) {
            *runs.entry(run.join(" ")).or_default() += 1;
        }
        runs
    };
    let (found, wanted) = (runs(found), runs(wanted));
    let common: usize = found
        .iter()
        .map(|(run, n)| *n.min(wanted.get(run).unwrap_or(&0)))
        .sum();
    let total: usize = found.values().sum::<usize>() + wanted.values().sum::<usize>();
    if total == 0 {
        1.0
    } else {
        2.0 * common as f64 / total as f64
    }
}
