import MeshConfig

extension LiveConfiguration {
    /// Stored objects as a mesh. An object that cannot be read – from before a rule was known – is a problem, and the
    /// mesh goes on without it.
    static func read(
        _ objects: [StoredObject], settings: MeshSettings
    ) -> (MeshConfiguration, [ConfigProblem]) {
        var good: [ConfigObject] = []
        var problems: [ConfigProblem] = []
        for object in objects {
            do {
                good.append(try ConfigObject(object.body))
            } catch {
                problems.append(ConfigProblem(error, object: object.key))
            }
        }
        let mesh = MeshConfiguration(good, settings: settings)
        return (mesh, problems + mesh.problems)
    }
}
