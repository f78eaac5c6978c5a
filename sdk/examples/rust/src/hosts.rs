//! Parser of a file such as /etc/hosts: an address and its names per line; # begins a comment.

pub struct Wanted {
    pub suffix: String,
    pub prefix: String,
}

pub struct Found<'a> {
    pub host: &'a str,
    pub address: &'a str,
    pub name: String,
}

impl Wanted {
    /// Returns each host once, with the address of its first line.
    pub fn among<'a>(&self, file: &'a str) -> Vec<Found<'a>> {
        let mut all: Vec<Found<'a>> = Vec::new();
        for line in file.lines() {
            let mut words = line.split('#').next().unwrap_or("").split_whitespace();
            let address = match words.next() {
                Some(address) => address,
                None => continue,
            };
            for host in words.filter(|host| host.ends_with(&self.suffix)) {
                if all.iter().all(|seen| seen.host != host) {
                    all.push(Found { host, address, name: format!("{}{}", self.prefix, host) });
                }
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_once_with_their_first_address() {
        let wanted = Wanted { suffix: ".app".into(), prefix: "n@".into() };
        let file = "127.0.0.1 localhost\n10.0.0.1 a.app a # b.app\n\n::1 a.app c.app\n10.0.0.9\n";
        let found = wanted.among(file);
        let said: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.address)).collect();
        assert_eq!(said, [("n@a.app", "10.0.0.1"), ("n@c.app", "::1")]);
    }
}
