import Console
import MeshConfig
import Steering

/// The configuration as a control plane serves it, for the console.
struct ControlConfig: ConfigSource {
    let api: MeshAPI

    func catalog(unless known: String?) throws(ConsoleFailure) -> ConfigCatalog? {
        try said { () throws(SteeringError) in try api.configuration(unless: known) }
    }

    func write(_ write: ConfigWrite, dryRun: Bool) -> ConfigWriteOutcome { api.write(write, dryRun: dryRun) }

    func history(of key: ConfigKey?) throws(ConsoleFailure) -> [ConfigStep] {
        try said { () throws(SteeringError) in try api.configurationHistory(of: key) }
    }

    private func said<Value>(_ question: () throws(SteeringError) -> Value) throws(ConsoleFailure) -> Value {
        do {
            return try question()
        } catch {
            throw ConsoleFailure(message: error.description)
        }
    }
}
