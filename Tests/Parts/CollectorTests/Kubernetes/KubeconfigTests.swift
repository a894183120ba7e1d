import ByteCursor
import Testing

@testable import Collector

@Suite struct KubeconfigTests {
    private static let file = """
        apiVersion: v1
        kind: Config
        preferences: {}
        current-context: prod
        clusters:
        - name: prod
          cluster: {server: "https://10.0.0.1:6443", certificate-authority-data: \(Base64.encode(Array("ca".utf8)))}
        - name: files
          cluster: {server: "https://k8s.example/clusters/c1/", certificate-authority: ca.pem, tls-server-name: api}
        - name: plain
          cluster: {server: "http://127.0.0.1:8001", insecure-skip-tls-verify: true}
        - name: through
          cluster: {server: "https://10.0.0.1", proxy-url: "http://proxy:3128"}
        users:
        - {name: token, user: {token: abc}}
        - {name: token-file, user: {tokenFile: /run/token}}
        - {name: certificate, user: {client-certificate: me.pem, client-key: /me.key}}
        - name: data
          user: {client-certificate-data: \(Base64.encode(Array("cert".utf8))), client-key-data: \(Base64.encode(Array("key".utf8)))}
        - {name: password, user: {username: me, password: secret}}
        - {name: half, user: {username: me}}
        - name: exec
          user:
            exec: {command: aws, args: [eks, get-token]}
        contexts:
        - {name: prod, context: {cluster: prod, user: token, namespace: shop}}
        - {name: files, context: {cluster: files, user: certificate}}
        - {name: data, context: {cluster: prod, user: data}}
        - {name: plain, context: {cluster: plain}}
        - {name: password, context: {cluster: plain, user: password}}
        - {name: token-file, context: {cluster: plain, user: token-file}}
        - {name: exec, context: {cluster: prod, user: exec}}
        - {name: half, context: {cluster: prod, user: half}}
        - {name: through, context: {cluster: through, user: token}}
        - {name: nowhere, context: {cluster: gone, user: token}}
        - {name: nobody, context: {cluster: prod, user: gone}}
        """

    private func cluster(_ context: String?, namespaces: [String] = []) throws -> KubernetesCluster {
        try Kubeconfig(Array(Self.file.utf8), file: "/home/me/.kube/config")
            .cluster(context: context, namespaces: namespaces)
    }

    @Test func `the current context is taken when none is named`() throws {
        let cluster = try cluster(nil)

        #expect(cluster.name == "prod")
        #expect("\(cluster.server)" == "https://10.0.0.1:6443")
        #expect(cluster.access.credentials == .bearer(.text("abc")))
        #expect(cluster.access.tls.authority == .text("ca"))
        #expect(cluster.podPaths == ["/api/v1/pods"])
    }

    @Test func `files are beside the kubeconfig, and an API may be below a path`() throws {
        let cluster = try cluster("files", namespaces: ["shop", "vault"])

        #expect(cluster.access.tls.authorityFile == "/home/me/.kube/ca.pem")
        #expect(cluster.access.tls.certificateFile == "/home/me/.kube/me.pem")
        #expect(cluster.access.tls.keyFile == "/me.key")
        #expect(cluster.access.tls.serverName == "api")
        #expect(
            cluster.podPaths == [
                "/clusters/c1/api/v1/namespaces/shop/pods", "/clusters/c1/api/v1/namespaces/vault/pods",
            ])
    }

    @Test func `whoever asks is told by data, password or file`() throws {
        #expect(try cluster("data").access.tls.certificate == .text("cert"))
        #expect(try cluster("data").access.tls.key == .text("key"))
        #expect(try cluster("password").access.credentials == .basic(user: "me", password: .text("secret")))
        #expect(try cluster("token-file").access.credentials == .bearer(.file("/run/token")))
        #expect(try cluster("plain").access.credentials == .none)
        #expect(try cluster("plain").access.tls.isInsecure)
        #expect("\(try cluster("prod"))".contains("abc") == false)
    }

    @Test(arguments: [
        ("nothing", "/home/me/.kube/config: there is no context \"nothing\"; it has data, exec, files,"),
        ("nowhere", "config:35:"), ("nowhere", "there is no cluster \"gone\"; there is files, plain, prod, through"),
        ("nobody", "there is no user \"gone\""),
        ("exec", "a program is to be run for a token, which meshtop does not do; write a token"),
        ("exec", "config:24:"), ("half", "a username needs a password"), ("through", "proxy-url is not supported"),
    ])
    func `what cannot be used is told with its place`(context: String, words: String) {
        let error = #expect(throws: Kubeconfig.Failure.self) { try cluster(context) }

        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        ("", "config:1:1: the file is empty"), ("[", "config:"), ("[]", "expected an object, found an array"),
        ("clusters: 7", "clusters: expected an array"), ("clusters: [{cluster: {}}]", "a cluster needs a name"),
        ("contexts: []", "there is no current-context; name one with --kube-context; it has no contexts"),
        (
            "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: \"ftp://x\"}}]",
            "expected a URL like https://10.0.0.1:6443, found \"ftp://x\""
        ),
        (
            "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c, cluster: {}}]",
            "the cluster names no server"
        ),
        (
            "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: \"https://x\", certificate-authority-data: \"%\"}}]",
            "expected PEM in base 64"
        ),
    ])
    func `a file that is none is told what is wrong with it`(text: String, words: String) {
        let error = #expect(throws: Kubeconfig.Failure.self) {
            try Kubeconfig(Array(text.utf8), file: "config").cluster(context: nil)
        }

        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func `a pod finds its own cluster`() throws {
        let cluster = try #require(
            KubernetesCluster.surrounding(["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"]))

        #expect("\(cluster.server)" == "https://[fd00::1]:6443")
        #expect(cluster.access.credentials.secret?.file == "/var/run/secrets/kubernetes.io/serviceaccount/token")
        #expect(KubernetesCluster.surrounding([:]) == nil)
    }
}
