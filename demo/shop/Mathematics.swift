import Glibc

// libm under names that say what they are.

func exponential(of value: Double) -> Double { exp(value) }
func naturalLogarithm(of value: Double) -> Double { log(value) }
func sine(of value: Double) -> Double { sin(value) }
