package org.penstock.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StatusScreenTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void shouldSayNoLatencyWhereNoFrameCame() throws Exception {
        assertThat(lines("0, 'p99': 0, 'max': 0", 0)).contains("latency  received to written: -");
        assertThat(lines("1.04, 'p99': 2.5, 'max': 7.25", 0))
                .contains("latency  received to written: half within 1.0 ms, 99 % within 2.5 ms, longest 7.3 ms");
    }

    @Test
    void shouldSayWhosePaceItIsThatADiskFillsAt() throws Exception {
        assertThat(lines("0", 0))
                .anyMatch(line -> line.startsWith("disk ")
                        && line.endsWith(", full in 2 h 0 min at its pace of the last minute, whoever writes"));
    }

    @Test
    void shouldSayThatReportsWaitForRoom() throws Exception {
        assertThat(lines("0", 2)).contains("masters  NO ROOM on the disk for 2, reports wait for them: make room");
        assertThat(lines("0", 0)).noneMatch(line -> line.startsWith("masters"));
    }

    private static List<String> lines(String latency, int mastersWithoutRoom) throws JsonProcessingException {
        JsonNode before = JSON.readTree("{\"uptime_seconds\": 1}");
        JsonNode now = JSON.readTree("""
                {'uptime_seconds': 2, 'since_last': {'latency_ms': {'p50': %s}},
                 'report': {'masters_without_room': %d,
                            'disks': {'data': {'free_bytes': 1000000, 'total_bytes': 2000000, 'full_in_seconds': 7200}}}}
                """.formatted(latency, mastersWithoutRoom).replace('\'', '"'));
        return StatusScreen.of(before, now).lines("127.0.0.1:9700");
    }
}
