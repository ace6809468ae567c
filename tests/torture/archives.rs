//! Compressed streams, zips and tars that were made to harm.

use super::Scale;
use super::harm::Case;
use super::kinds::{Kind, Part};
use super::pieces::noise;
use super::support::containers::{Tar, Zip, bzip2, gzip, xz, zstd};

fn packer(kind: &Kind) -> fn(&[u8]) -> Vec<u8> {
    match kind.name {
        "gz" => gzip,
        "zst" => zstd,
        "bz2" => bzip2,
        _ => xz,
    }
}

/// Streams of one member, of many, and of members in members.
pub fn streams(kind: &Kind, scale: &Scale) -> Vec<Case> {
    let pack = packer(kind);
    let good = kind.parts(scale.few);
    let whole = (kind.file)(&good);
    let zeros = pack(&vec![b' '; 8 << 20]);
    let bomb = zeros.repeat(scale.bomb.div_ceil(8 << 20));
    let line = b"{\"id\":\"x\",\"text\":\"Rain will end.\"}\n";
    let lines = pack(&line.repeat(scale.wide));
    let part =
        |from: usize, to: usize| lines[lines.len() * from / 4..lines.len() * to / 4].to_vec();
    let mut all = vec![
        Case::any("a bomb", bomb.clone()),
        Case::any("a bomb in a bomb", pack(&bomb)),
        Case::any("a bomb of lines", pack(&b"{\n".repeat(scale.long / 2))),
        Case::any("a bomb of one line", pack(&vec![b'x'; scale.long])),
        Case::any("one stream", lines.clone()),
        Case::any("no beginning", part(1, 4)),
        Case::any("a hole", [part(0, 2), part(3, 4)].concat()),
        Case::any("a mark alone", &lines[..4]),
        Case::any("many marks", lines[..10].repeat(scale.wide)),
        Case::any("empty members", pack(b"").repeat(scale.wide)),
        Case::any("packed twice", pack(&whole)),
        Case::any("packed in four ways", gzip(&zstd(&bzip2(&xz(&whole))))),
        Case::any(
            "an archive",
            pack(&Tar::new().add("a.jsonl", line).finish()),
        ),
    ];
    let noisy = [&whole[..], &noise(5000)].concat();
    all.push(Case::keeping("noise behind", noisy, &good));
    let mut before = whole.clone();
    before.splice(0..0, noise(5000));
    all.push(Case::any("noise before", before));
    for at in 0..20.min(lines.len()) {
        let mut bytes = lines.clone();
        bytes[at] = 0xff;
        all.push(Case::any(format!("ff at {at}"), bytes));
    }
    all
}

fn add(zip: Zip, (key, text): &Part) -> Zip {
    zip.add(&format!("{key}.txt"), text)
}

/// Zips with good members in front of and behind what harms.
pub fn zips(kind: &Kind, scale: &Scale) -> Vec<Case> {
    let good = kind.parts(scale.few);
    let half = good.len() / 2;
    let around = |what: &str, bad: &dyn Fn(Zip) -> Zip| {
        let zip = bad(good[..half].iter().fold(Zip::new(), add));
        let zip = good[half..].iter().fold(zip, add);
        Case::keeping(what, zip.finish(), &good)
    };
    let name = "n".repeat(65_000);
    let mut inner = Zip::new().add("m.txt", b"Rain will end.").finish();
    for _ in 0..12 {
        inner = Zip::new().add("in.zip", &inner).finish();
    }
    let mut wide = Zip::new().add("m.txt", &vec![b' '; 1 << 20]).finish();
    for _ in 0..4 {
        let ten = (0..10).fold(Zip::new(), |zip, n| zip.add(&format!("{n}.zip"), &wide));
        wide = ten.finish();
    }
    let zeros = vec![b' '; scale.bomb.min(200 << 20)];
    let mut all = vec![
        around("a bomb", &|zip| zip.add("bomb.txt", &zeros)),
        around("an encrypted member", &|zip| {
            zip.encrypted("a.txt", &[b'x'; 20])
        }),
        around("an unknown method", &|zip| zip.method("a.txt", 14, b"xxxx")),
        around("a link", &|zip| zip.link("a.txt", "/etc/passwd")),
        around("bytes of another", &|zip| zip.again(0, "again.txt")),
        around("bytes of another many times", &|zip| {
            (0..scale.wide.min(60_000)).fold(zip, |zip, n| zip.again(0, &format!("{n}.txt")))
        }),
        around("a name that climbs", &|zip| {
            zip.add("../../../etc/x.txt", b"Rain.")
        }),
        around("a name without end", &|zip| zip.add(&name, b"Rain.")),
        around("a name of no characters", &|zip| {
            zip.add_raw(b"\xff\xfe\0.txt", b"Rain.")
        }),
        around("a name of nothing", &|zip| zip.add("", b"Rain.")),
        around("zips in zips", &|zip| zip.add("in.zip", &inner)),
        around("a zip of ten zips of ten zips", &|zip| {
            zip.add("in.zip", &wide)
        }),
        around("half of a zip", &|zip| {
            zip.store("in.zip", &inner[..inner.len() / 2])
        }),
        around("a gzip", &|zip| zip.add("in.gz", &gzip(b"Rain will end."))),
    ];
    let whole = (kind.file)(&good);
    let directory = whole.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    all.push(Case::keeping("no directory", &whole[..directory], &good));
    all.push(Case::any("a directory alone", &whole[directory..]));
    let noisy = [&noise(5000)[..], &whole].concat();
    all.push(Case::any("noise before", noisy));
    // Each field of the first entry and of the end of the directory.
    for (place, fields) in [(directory, 46), (whole.len() - 22, 22), (0, 30)] {
        for at in (4..fields).step_by(scale.step.min(4)) {
            let mut bytes = whole.clone();
            let end = (place + at + 4).min(bytes.len());
            bytes[place + at..end].fill(0xff);
            // What is said of a member may cost it, and no other.
            let kept = &good[usize::from(fields > 22)..];
            all.push(Case::keeping(format!("ff at {}", place + at), bytes, kept));
        }
    }
    let members = scale.wide.min(60_000);
    let many = (0..members).fold(Zip::new(), |zip, n| {
        zip.store(&format!("{n}.txt"), b"Rain.")
    });
    all.push(Case::any("many members", many.finish()));
    all
}

/// Tars with good members in front of and behind what harms.
pub fn tars(kind: &Kind, scale: &Scale) -> Vec<Case> {
    let good = kind.parts(scale.few);
    let half = good.len() / 2;
    let add = |tar: Tar, (key, text): &Part| tar.add(&format!("{key}.txt"), text);
    let around = |what: &str, bad: &dyn Fn(Tar) -> Tar| {
        let tar = bad(good[..half].iter().fold(Tar::new(), add));
        let tar = good[half..].iter().fold(tar, add);
        Case::keeping(what, tar.finish(), &good)
    };
    let long = vec![b'n'; scale.long];
    let zeros = vec![b' '; scale.bomb.min(100 << 20)];
    let records = "9 path=x\n".repeat(scale.wide);
    let mut all = vec![
        around("a bomb", &|tar| tar.add("bomb.gz", &gzip(&zeros))),
        around("an endless name", &|tar| {
            tar.kind("././@LongLink", b'L', &long)
                .add("x.txt", b"Rain.")
        }),
        around("endless records", &|tar| {
            tar.kind("p", b'x', records.as_bytes())
                .add("x.txt", b"Rain.")
        }),
        around("a record without end", &|tar| {
            tar.kind("p", b'x', b"999999999999 path=x")
                .add("x.txt", b"Rain.")
        }),
        around("a record that gives a size", &|tar| {
            tar.kind("p", b'x', b"17 size=99999999\n")
                .add("x.txt", b"Rain.")
        }),
        around("a record of all", &|tar| {
            tar.kind("p", b'g', b"17 size=99999999\n")
                .add("x.txt", b"Rain.")
        }),
        around("a sparse member", &|tar| tar.kind("sparse", b'S', b"x")),
        around("a device", &|tar| tar.kind("device", b'3', b"")),
        around("a link", &|tar| tar.kind("link", b'2', b"")),
        around("a folder", &|tar| tar.kind("folder/", b'5', b"")),
        around("a kind of none", &|tar| tar.kind("what", b'?', b"x")),
        around("a name that climbs", &|tar| {
            tar.add("../../../etc/x.txt", b"Rain.")
        }),
        around("a tar in a tar", &|tar| {
            tar.add("in.tar", &Tar::new().add("m.txt", b"Rain.").finish())
        }),
    ];
    let mut inner = Tar::new().add("m.txt", b"Rain will end.").finish();
    for _ in 0..12 {
        inner = Tar::new().add("in.tar", &inner).finish();
    }
    all.push(around("tars in tars", &|tar| tar.add("in.tar", &inner)));
    // A header in the middle whose size or sum is not its own.
    let whole = (kind.file)(&good);
    let name = format!("{}.txt", good[half].0);
    let at = whole
        .windows(name.len())
        .position(|w| w == name.as_bytes())
        .unwrap();
    let others = [&good[..half], &good[half + 1..]].concat();
    for (what, size) in [
        ("a size beyond all", &b"77777777777\0"[..]),
        ("a size in bits beyond all", &[0xff; 12]),
        ("a size below nothing", b"-0000000001\0"),
        ("a size of letters", b"abcdefghijk\0"),
        ("a size of nothing", &[0; 12]),
    ] {
        let mut lies = whole.clone();
        lies[at + 124..at + 136].copy_from_slice(size);
        all.push(Case::keeping(what, lies.clone(), &others));
        // The same with a sum that fits: then the header is believed, as far as no other
        // member stands in what it covers.
        let header = &mut lies[at..at + 512];
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        all.push(Case::keeping(format!("{what}, summed"), lies, &others));
    }
    let many =
        (0..scale.wide.min(60_000)).fold(Tar::new(), |tar, n| tar.add(&format!("{n}.txt"), b""));
    all.push(Case::any("many members", many.finish()));
    all
}
