// The event messages and the structures in them (DSP0274, GET_SUPPORTED_EVENT_TYPES request message and the
// five that follow it; event group format; event data). 1.3+.
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/messages/standards_body.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

// EventTypeId of the DMTF's events.
namespace event_type {
inline constexpr uint16_t event_lost = 1, measurement_changed = 2, measurement_pre_update = 3,
                          certificate_changed = 4;
}
// Attributes of an event group: all its event types.
inline constexpr uint32_t kAllEventTypes = 0x00000001;

struct GetSupportedEventTypes {
    static constexpr Code kCode = code::get_supported_event_types;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    void describe(Visitor& v);
};

// EventGroupCount is the number of groups in the list: that they agree is for the reader of the list to
// check. One of them zero and the other not is refused (Errc::inconsistent), here and in
// SUBSCRIBE_EVENT_TYPES.
struct SupportedEventTypes {
    static constexpr Code kCode = code::supported_event_types;
    uint8_t spdm_version = 0;
    uint8_t event_group_count = 0;  // Param1
    uint8_t param2 = 0;
    Bytes supported_event_groups_list;  // EventGroups
    void describe(Visitor& v);
};

struct SubscribeEventTypes {
    static constexpr Code kCode = code::subscribe_event_types;
    uint8_t spdm_version = 0;
    uint8_t subscribe_event_group_count = 0;  // Param1: 0 ends all subscriptions, and nothing follows
    uint8_t param2 = 0;
    Bytes subscribe_list;  // EventGroups
    void describe(Visitor& v);
};

struct SubscribeEventTypesAck {
    static constexpr Code kCode = code::subscribe_event_types_ack;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    void describe(Visitor& v);
};

// One event.
struct Event {
    uint32_t event_instance_id = 0;
    uint32_t reserved = 0;
    StandardsBodyHeader event_group_id;
    uint16_t event_type_id = 0;
    Bytes event_detail;
    void describe(Visitor& v);
};

struct SendEvent {
    static constexpr Code kCode = code::send_event;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    std::vector<Event> events;  // one or more
    void describe(Visitor& v);
};

struct EventAck {
    static constexpr Code kCode = code::event_ack;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    void describe(Visitor& v);
};

// One type of an event group.
struct EventType {
    uint16_t event_type_id = 0;
    uint16_t reserved = 0;
    void describe(Visitor& v);
};

// One event group.
struct EventGroup {
    StandardsBodyHeader event_group_id;
    uint16_t event_group_ver = 1;
    uint32_t attributes = 0;
    std::vector<EventType> event_types;
    void describe(Visitor& v);
};

// A list of event groups.
struct EventGroups {
    std::vector<EventGroup> groups;
    void describe(Visitor& v);
};

}  // namespace assay::wire
