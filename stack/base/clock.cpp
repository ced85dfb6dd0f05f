#include "stack/base/clock.h"

namespace assay {

Micros SystemClock::now() const {
    return std::chrono::duration_cast<Micros>(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace assay
