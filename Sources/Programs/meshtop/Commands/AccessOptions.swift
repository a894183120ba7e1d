import Collector

extension TargetAccess {
    /// How targets, and lists of them, are asked. Secrets come from files: a command line is for everybody to read.
    static let options = [
        Option(name: "--bearer-file", value: "FILE", summary: "a token to show to targets, read again when it changes"),
        Option(name: "--user", value: "NAME", summary: "a user to show to targets, with --password-file"),
        Option(name: "--password-file", value: "FILE", summary: "the user's password"),
        Option(name: "--ca", value: "FILE", summary: "ask by HTTPS, and believe certificates of these authorities"),
        Option(name: "--cert", value: "FILE", summary: "our certificate for targets that want one, with --key"),
        Option(name: "--key", value: "FILE", summary: "the certificate's key"),
        Option(name: "--server-name", value: "NAME", summary: "whom certificates must be for: a host, or spiffe://…"),
        Option(name: "--insecure", summary: "ask by HTTPS and believe whoever answers"),
    ]

    /// The same with what the command line says of it, thing by thing.
    func adding(_ invocation: Invocation) throws(UsageError) -> TargetAccess {
        var access = self
        switch (invocation.value("--bearer-file"), invocation.value("--user"), invocation.value("--password-file")) {
        case (nil, nil, nil): break
        case (let file?, nil, nil): access.credentials = .bearer(.file(file))
        case (nil, let user?, let file?):
            // RFC 7617, section 2: the first colon ends the name.
            guard !user.isEmpty, !user.contains(":") else {
                throw UsageError("--user wants a name without a colon, not “\(user)”")
            }
            access.credentials = .basic(user: user, password: .file(file))
        case (_?, _, _): throw UsageError("--bearer-file and --user are two ways to say who asks; choose one")
        case (nil, _, _): throw UsageError("--user and --password-file belong together")
        }
        switch (invocation.value("--cert"), invocation.value("--key")) {
        case (nil, nil): break
        case (let certificate?, let key?): (access.tls.certificateFile, access.tls.keyFile) = (certificate, key)
        case (_?, nil), (nil, _?): throw UsageError("--cert and --key belong together")
        }
        if let name = invocation.value("--server-name") { access.tls.serverName = name }
        guard !invocation.has("--insecure") || invocation.value("--ca") == nil else {
            throw UsageError("--insecure believes anybody, so --ca says nothing; leave one of them out")
        }
        if let file = invocation.value("--ca") { (access.tls.authorityFile, access.tls.isInsecure) = (file, false) }
        if invocation.has("--insecure") { (access.tls.authorityFile, access.tls.isInsecure) = (nil, true) }
        return access
    }
}
