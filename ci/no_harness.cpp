// Compiled only without the harness option: such a build must have no switch to throw.
#include <type_traits>

#include "stack/attest/check.h"
#include "stack/spdm/check.h"
#include "stack/transfer/check.h"
#include "stack/transport/framing.h"

namespace assay::spdm {

template <class T>
concept CanWaive = requires(T switches, Check check) { switches.waive(check); };

static_assert(!CanWaive<Waivers>);
static_assert(std::is_empty_v<Waivers>);

}  // namespace assay::spdm

namespace assay::transfer {

template <class T>
concept CanWaive = requires(T switches, Check check) { switches.waive(check); };
template <class T>
concept CanPlant = requires(T switches, Defect defect) { switches.plant(defect); };

static_assert(!CanWaive<Waivers> && !CanPlant<Waivers>);
static_assert(std::is_empty_v<Waivers>);

}  // namespace assay::transfer

namespace assay::attest {

template <class T>
concept CanWaive = requires(T switches, Check check) { switches.waive(check); };
template <class T>
concept CanPlant = requires(T switches, Defect defect) { switches.plant(defect); };

static_assert(!CanWaive<Waivers> && !CanPlant<Waivers>);
static_assert(std::is_empty_v<Waivers>);

}  // namespace assay::attest

namespace assay::transport {

template <class T>
concept CanWaive = requires(T switches, Framing check) { switches.waive(check); };
template <class T>
concept CanPlant = requires(T switches, FramingDefect defect) { switches.plant(defect); };

static_assert(!CanWaive<FramingWaivers> && !CanPlant<FramingWaivers>);
static_assert(std::is_empty_v<FramingWaivers>);

}  // namespace assay::transport
