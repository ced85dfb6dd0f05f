#include "stack/wire/messages/slot_management.h"

namespace assay::wire {

void SlotManagement::describe(Visitor& v) {
    v.header(kCode, spdm_version, {.name = "Param1"}, param1, {.name = "Param2"}, param2);
    v.rest({.name = "Body"}, body);
}

void SlotManagementResponse::describe(Visitor& v) {
    v.header(kCode, spdm_version, {.name = "Param1"}, param1, {.name = "Param2"}, param2);
    v.rest({.name = "Body"}, body);
}

}  // namespace assay::wire
