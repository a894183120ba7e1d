import SystemIO
import Testing

@testable import Proxy

@Suite("State directory")
struct IdentityStoreTests {
    @Test func `a certificate is read back with its key and its roots`() throws {
        let directory = try Files.makeTemporaryDirectory(prefix: "proxy-state")
        let mesh = try TestMesh()
        let material = try mesh.material(account: "web")
        let store = try IdentityStore(directory: directory)

        let before = store.loadCertificate()
        try store.save(material, roots: mesh.rootPEM)
        let after = try #require(store.loadCertificate())

        #expect(before?.material == nil)
        #expect(after.material == material)
        #expect(after.roots == mesh.rootPEM)
    }

    @Test(arguments: ["", "nonsense", "-----BEGIN CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n"])
    func `a damaged file is as good as none`(content: String) throws {
        let directory = try Files.makeTemporaryDirectory(prefix: "proxy-state")
        try Files.writeAtomically("\(directory)/certificate.pem", Array(content.utf8))

        #expect(try IdentityStore(directory: directory).loadCertificate()?.material == nil)
    }
}
