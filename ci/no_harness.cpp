// Compiled only without the harness option: such a build must have no switch to throw.
#include <type_traits>

#include "stack/attest/check.h"
#include "stack/spdm/check.h"
#include "stack/transfer/check.h"
#include "stack/transport/framing.h"

namespace assay {

template <class Switches, class Check>
concept CanWaive = requires(Switches switches, Check check) { switches.waive(check); };
template <class Switches, class Defect>
concept CanPlant = requires(Switches switches, Defect defect) { switches.plant(defect); };

template <class Switches, class Check, class Defect>
concept HasNoSwitch = std::is_empty_v<Switches> && !CanWaive<Switches, Check> && !CanPlant<Switches, Defect>;

static_assert(HasNoSwitch<attest::FaultConfig, attest::Check, attest::Defect>);
static_assert(HasNoSwitch<spdm::FaultConfig, spdm::Check, spdm::Defect>);
static_assert(HasNoSwitch<transfer::FaultConfig, transfer::Check, transfer::Defect>);
static_assert(HasNoSwitch<transport::FramingFaultConfig, transport::Framing, transport::FramingDefect>);

}  // namespace assay
