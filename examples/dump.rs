use std::io::BufRead;
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let t = std::time::Instant::now();
    let docs: Vec<serde_json::Value> = std::io::BufReader::new(std::fs::File::open(&path).unwrap())
        .lines()
        .map(|l| serde_json::from_str(&l.unwrap()).unwrap())
        .collect();
    let mut docs: Vec<(String, String)> = docs
        .iter()
        .map(|d| {
            (
                d["id"].as_str().unwrap().to_string(),
                d["text"].as_str().unwrap().to_string(),
            )
        })
        .collect();
    docs.sort();
    let texts: Vec<&str> = docs.iter().map(|d| d.1.as_str()).collect();
    struct O(std::time::Instant);
    impl wirecopy::pipeline::Observer for O {
        fn stage(&self, n: &'static str, k: usize) -> Result<(), wirecopy::error::Error> {
            eprintln!("{:.2} {n} {k}", self.0.elapsed().as_secs_f64());
            Ok(())
        }
    }
    eprintln!("{:.2} read", t.elapsed().as_secs_f64());
    let f = wirecopy::pipeline::search(&texts, &Default::default(), &O(t)).unwrap();
    eprintln!(
        "{:.2} done {:?} pairs {} groups {}",
        t.elapsed().as_secs_f64(),
        f.counts,
        f.pairs.len(),
        f.groups.len()
    );
    let key = |c: u32| docs[f.classes[c as usize].members[0] as usize].0.as_str();
    for p in &f.pairs {
        println!(
            "P\t{}\t{}\t{:.4}\t{:.4}\t{:.4}\t{}\t{}\t{:?}",
            key(p.a),
            key(p.b),
            p.jaccard(),
            p.containment_a(),
            p.containment_b(),
            p.shared_words,
            p.longest_run_words,
            p.standing
        );
    }
    for b in &f.bridges {
        println!("B\t{}\t{}", key(b.0), key(b.1));
    }
    for c in &f.classes {
        if c.members.len() > 1 {
            println!(
                "C\t{}",
                c.members
                    .iter()
                    .map(|&m| docs[m as usize].0.as_str())
                    .collect::<Vec<_>>()
                    .join("\t")
            );
        }
    }
    for g in &f.groups {
        println!(
            "G\t{}",
            g.classes
                .iter()
                .flat_map(|&c| f.classes[c as usize].members.iter())
                .map(|&m| docs[m as usize].0.as_str())
                .collect::<Vec<_>>()
                .join("\t")
        );
    }
}
