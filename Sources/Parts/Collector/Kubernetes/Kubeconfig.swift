internal import ByteCursor
internal import JSONWire
internal import YAMLWire

/// What kubectl is configured with: clusters, users, and contexts that join them.
///
/// <https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/>
///
/// Of the ways to say who asks, tokens, passwords and certificates are taken. A program that is to be run for a token
/// (`exec`) is not run: that is refused with what to do instead.
package struct Kubeconfig {
    /// Why a file cannot be used: `FILE:LINE:COLUMN: what is wrong, and what would be right`.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        package var description: String
    }

    private let file: String
    private let document: YAMLDocument
    private let clusters: [String: SchemaReader]
    private let users: [String: SchemaReader]
    private let contexts: [String: SchemaReader]
    private let currentContext: String?

    /// - Parameter file: its path, for errors; other files that it names without a leading slash are beside it.
    package init(_ bytes: [UInt8], file: String) throws(Failure) {
        self.file = file
        let documents: [YAMLDocument]
        do throws(YAMLError) {
            documents = try YAMLParser.parse(bytes, file: file)
        } catch {
            throw Failure(description: error.description)
        }
        guard let document = documents.first else { throw Failure(description: "\(file):1:1: the file is empty") }
        self.document = document
        do throws(SchemaError) {
            let members = try Self.members(SchemaReader(document.value))
            clusters = try Self.named(members["clusters"], "cluster")
            users = try Self.named(members["users"], "user")
            contexts = try Self.named(members["contexts"], "context")
            currentContext = try members["current-context"]?.string()
        } catch {
            throw Failure(description: "\(file):\(document.position(of: error.pointer)): \(error)")
        }
    }

    /// The cluster of a context.
    ///
    /// - Parameters:
    ///   - context: its name; nothing for the current one.
    ///   - namespaces: what is looked at in it; all when empty.
    package func cluster(context: String?, namespaces: [String] = []) throws(Failure) -> KubernetesCluster {
        guard let name = context ?? currentContext, !name.isEmpty else {
            throw Failure(description: "\(file): there is no current-context; name one with --kube-context\(offer)")
        }
        guard let reader = contexts[name] else {
            throw Failure(description: "\(file): there is no context \"\(name)\"\(offer)")
        }
        do throws(SchemaError) {
            let members = try Self.members(reader)
            let cluster = try member("cluster", of: members, in: clusters, reader)
            var access = TargetAccess()
            let server = try server(Self.members(cluster), cluster, &access.tls)
            if members["user"] != nil {
                let user = try member("user", of: members, in: users, reader)
                try addUser(Self.members(user), user, to: &access)
            }
            return KubernetesCluster(name: name, server: server, access: access, namespaces: namespaces)
        } catch {
            throw Failure(description: "\(file):\(document.position(of: error.pointer)): \(error)")
        }
    }

    private var offer: String {
        contexts.isEmpty ? "; it has no contexts" : "; it has \(contexts.keys.sorted().joined(separator: ", "))"
    }

    // MARK: Reading

    /// The file is another program's: what is not known here may mean something there.
    private static func members(_ reader: SchemaReader) throws(SchemaError) -> [String: SchemaReader] {
        var members: [String: SchemaReader] = [:]
        for (name, value) in try reader.entries() where !value.value.isNull { members[name] = value }
        return members
    }

    /// A list of `{name: …, <kind>: {…}}`. Of two with one name kubectl takes the first.
    private static func named(_ list: SchemaReader?, _ kind: String) throws(SchemaError) -> [String: SchemaReader] {
        var all: [String: SchemaReader] = [:]
        for item in try list?.items() ?? [] {
            let members = try members(item)
            guard let name = members["name"] else { throw item.error("a \(kind) needs a name") }
            guard let value = members[kind] else { throw item.error("expected a field \"\(kind)\"") }
            let text = try name.string()
            if all[text] == nil { all[text] = value }
        }
        return all
    }

    private func member(
        _ kind: String, of context: [String: SchemaReader], in all: [String: SchemaReader], _ reader: SchemaReader
    ) throws(SchemaError) -> SchemaReader {
        guard let name = context[kind] else { throw reader.error("the context names no \(kind)") }
        let text = try name.string()
        guard let found = all[text] else {
            let known = all.keys.sorted().joined(separator: ", ")
            throw name.error("there is no \(kind) \"\(text)\"; there is \(known.isEmpty ? "none" : known)")
        }
        return found
    }

    private func server(
        _ members: [String: SchemaReader], _ reader: SchemaReader, _ tls: inout TargetAccess.TLS
    ) throws(SchemaError) -> TargetURL {
        guard let field = members["server"] else { throw reader.error("the cluster names no server") }
        let text = try field.string()
        guard let url = TargetURL(text.contains("://") ? text : "http://\(text)") else {
            throw field.error("expected a URL like https://10.0.0.1:6443, found \"\(text.prefix(80))\"")
        }
        if members["proxy-url"] != nil { throw reader.error("proxy-url is not supported; reach the server directly") }
        if let data = members["certificate-authority-data"] {
            tls.authority = .text(try pem(data))
        } else if let file = members["certificate-authority"] {
            tls.authorityFile = path(try file.string())
        }
        tls.isInsecure = try members["insecure-skip-tls-verify"]?.bool() ?? false
        tls.serverName = try members["tls-server-name"]?.string()
        return url
    }

    private func addUser(
        _ members: [String: SchemaReader], _ reader: SchemaReader, to access: inout TargetAccess
    ) throws(SchemaError) {
        if let exec = members["exec"] ?? members["auth-provider"] {
            throw exec.error(
                "a program is to be run for a token, which meshtop does not do; write a token into a kubeconfig of its "
                    + "own: kubectl create token ACCOUNT")
        }
        if let file = members["tokenFile"] {
            access.credentials = .bearer(.file(path(try file.string())))
        } else if let token = members["token"] {
            access.credentials = .bearer(.text(try token.string()))
        } else if let user = members["username"] {
            guard let password = members["password"] else { throw reader.error("a username needs a password") }
            access.credentials = .basic(user: try user.string(), password: .text(try password.string()))
        }
        if let data = members["client-certificate-data"] {
            access.tls.certificate = .text(try pem(data))
        } else if let file = members["client-certificate"] {
            access.tls.certificateFile = path(try file.string())
        }
        if let data = members["client-key-data"] {
            access.tls.key = .text(try pem(data))
        } else if let file = members["client-key"] {
            access.tls.keyFile = path(try file.string())
        }
    }

    private func pem(_ data: SchemaReader) throws(SchemaError) -> String {
        // Some write it over several lines.
        let text = try data.string().filter { !$0.isWhitespace }
        guard let bytes = Base64.decode(text), !bytes.isEmpty else { throw data.error("expected PEM in base 64") }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func path(_ text: String) -> String {
        guard !text.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return text }
        return file[...slash] + text
    }
}
