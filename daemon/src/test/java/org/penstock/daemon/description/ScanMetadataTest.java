package org.penstock.daemon.description;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ScanMetadataTest {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonReadFeature.ALLOW_SINGLE_QUOTES).build();

    @Test
    void shouldReadWhatIsSaid() {
        ScanMetadata metadata = of("""
                {'title': 'ascan samy 0 4 4 0.1', 'scan_parameters': {'count_time': {'value': 0.1, 'units': 's'}},
                 'positioners': {'samy': {'units': 'mm', 'start': 0, 'dial_start': 1, 'end': null, 'stream': 'samy'}},
                 'channels': {'roi1_avg': {'detector': 'eiger:roi1', 'name': 'avg', 'units': 'counts'}},
                 'detectors': {'eiger': {'acq_parameters': {'acq_mode': 'SINGLE', 'roi': [0, 0, 2068, 2162]}}},
                 'instrument': {'machine': {'NX_class': 'NXsource', 'current': {'value': 72.8, 'units': 'mA'}}}}
                """);

        assertThat(metadata.title()).isEqualTo("ascan samy 0 4 4 0.1");
        assertThat(metadata.scanParameters().value("count_time")).isEqualTo(new Value(0.1, "s"));
        assertThat(positioner(metadata).start()).isEqualTo(new Value(0.0, "mm"));
        assertThat(positioner(metadata).end()).isEqualTo(new Value(Double.NaN, "mm"));
        assertThat(metadata.positionerOf("samy")).isEqualTo("samy");
        assertThat(metadata.channel("roi1_avg").measurementName()).isEqualTo("eiger_roi1_avg");
        assertThat(metadata.channel("diode 1").measurementName()).isEqualTo("diode_1");
        assertThat(metadata.instrument().nodes().get("machine"))
                .isInstanceOfSatisfying(
                        Fields.class,
                        machine -> assertThat(machine.nexusClass()).isEqualTo("NXsource"));
    }

    @Test
    void shouldReadTheExampleOfItsPage() throws IOException {
        Path page = Path.of(System.getProperty("penstock.root"), "src", "docs", "scan-description.md");
        List<JsonNode> examples = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(page))
                .results()
                .map(example -> json(example.group(1)))
                .toList();

        ScanMetadata metadata = ScanMetadata.of(examples.get(0)).merge(examples.get(1));

        assertThat(metadata.notes()).hasSize(3);
        assertThat(metadata.recipes()).extracting(Recipe::groupName).containsExactly("mx");
        assertThat(metadata.positionerOf("samy")).isEqualTo("samy");
    }

    @Test
    void shouldComeBackFromItsOwnJson() {
        ScanMetadata metadata =
                of("{'title': 't', 'sample': {'name': 'lysozyme', 'mass': {'value': 1, 'units': 'mg'}}}");

        assertThat(ScanMetadata.of(metadata.json()).sample()).isEqualTo(metadata.sample());
    }

    @Test
    void shouldNameEveryProblemWithItsPlace() {
        MetadataException refused = catchThrowableOfType(MetadataException.class, () -> of("""
                {'title': 7, 'sampel': {}, 'sample': {'temperature': {'value': 100, 'units': 'bananas'}},
                 'positioners': {'samy': {'start': [1]}}, 'notes': [{'text': 'no data'}]}
                """));

        assertThat(refused.problems())
                .extracting(MetadataProblem::pointer)
                .containsExactlyInAnyOrder(
                        "/title",
                        "/sampel",
                        "/sample/temperature/units",
                        "/positioners/samy/start",
                        "/notes/0/text",
                        "/notes/0/data");
        assertThat(refused)
                .hasMessageContaining("field=/sample/temperature/units, expected=units such as mm")
                .hasMessageContaining("actual=\"bananas\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'positioners': {'sam y': {'start': 1}, 'sam-y': {'start': 2}}} | /positioners/sam-y",
                "{'sample': {'a b': 1, 'a_b': 2}} | /sample/a_b",
                "{'channels': {'a': {'detector': 'd', 'name': 'x'}, 'b': {'detector': 'd', 'name': 'x'}}} | /channels/b",
                "{'channels': {'a': {'measurement': 'i0'}, 'b': {'measurement': 'i0'}}} | /channels/b/measurement",
                "{'positioners': {'m': {'stream': 's'}, 'n': {'stream': 's'}}} | /positioners/n/stream",
                "{'positioners': {'eiger': {'stream': 's'}}, 'detectors': {'eiger': {}}} | /positioners/eiger",
                "{'plots': [{'name': 'sample', 'signal': 'x'}]} | /plots/0/name",
                "{'plots': [{'name': 'p', 'signal': 'x', 'grid': true}]} | /plots/0/grid",
                "{'grid': {'shape': [2, 3], 'axes': ['y', 'x']}} | /grid/axes",
                "{'grid': {'shape': [2, 0], 'axes': ['y', 'x']}} | /grid/shape/1",
                "{'detectors': {'eiger': {'data': 1}}} | /detectors/eiger/data",
                "{'instrument': {'positioners': {}}} | /instrument/positioners",
                "{'instrument': {'x': {'NX_class': 'Detector'}}} | /instrument/x/NX_class",
                "{'application_definitions': {'NXsas': {'detector': 'x'}}} | /application_definitions/NXsas",
                "{'application_definitions': {'NXmx': {'detector': 'x'}}} | /application_definitions/NXmx/wavelength",
                "{'processes': {'p': {'version': '1'}}} | /processes/p/program",
                "{'users': [{'name': 'x', 'shoe_size': 44}]} | /users/0/shoe_size",
                "{'notes': [{'data': 'x', 'date': 'yesterday'}]} | /notes/0/date",
                "{'sample': {'matrix': [[1, 2], [3]]}} | /sample/matrix/1",
                "{'sample': {'mix': [1, 'a']}} | /sample/mix/1",
                "{'sample': {'none': null}} | /sample/none",
                "{'sample': 'lysozyme'} | /sample",
                "{'sample': {'n': 123456789012345678901234567890}} | /sample/n",
                "[] | ''"
            })
    void shouldRefuse(String json, String pointer) {
        assertThatThrownBy(() -> of(json))
                .isInstanceOfSatisfying(
                        MetadataException.class,
                        refused -> assertThat(refused.problems())
                                .extracting(MetadataProblem::pointer)
                                .contains(pointer));
    }

    @Test
    void shouldTakeTextOfOneMegabyteAndRefuseMore() {
        ObjectNode most = json("{'sample': {}}").deepCopy();
        most.withObject("/sample").put("description", "x".repeat(Limits.TEXT_BYTES));
        assertThat(ScanMetadata.of(most).sample().value("description")).isNotNull();

        most.withObject("/sample").put("description", "x".repeat(Limits.TEXT_BYTES + 1));
        assertThatThrownBy(() -> ScanMetadata.of(most))
                .hasMessageContaining("field=/sample/description, expected=at most 1048576 bytes")
                .satisfies(refused -> assertThat(refused.getMessage()).hasSizeLessThan(500));
    }

    @Test
    void shouldRefuseTextThatNoFileHolds() {
        assertThatThrownBy(() -> of("{'sample': {'name': 'a\\u0000b', 'other': '\\ud800'}}"))
                .hasMessageContaining("field=/sample/name")
                .hasMessageContaining("field=/sample/other");
    }

    @Test
    void shouldRefuseMoreValuesThanAMasterHoldsInOneWord() {
        ObjectNode many = JsonNodeFactory.instance.objectNode();
        ObjectNode positioners = many.putObject("positioners");
        for (int i = 0; i < 10_000; i++) {
            positioners.putObject("motor" + i).put("start", i).put("dial_start", i);
        }

        assertThatThrownBy(() -> ScanMetadata.of(many))
                .isInstanceOfSatisfying(
                        MetadataException.class,
                        refused -> assertThat(refused.problems())
                                .singleElement()
                                .satisfies(problem ->
                                        assertThat(problem.expected()).contains("at most " + Limits.VALUES)));
    }

    @Test
    void shouldNotTellAThousandProblems() {
        ObjectNode many = JsonNodeFactory.instance.objectNode();
        ObjectNode sample = many.putObject("sample");
        for (int i = 0; i < 1000; i++) {
            sample.putNull("field" + i);
        }

        assertThatThrownBy(() -> ScanMetadata.of(many))
                .isInstanceOfSatisfying(
                        MetadataException.class,
                        refused -> assertThat(refused.problems()).hasSize(Problems.MOST));
    }

    @Test
    void shouldRefuseDeepObjects() {
        JsonNode deep = json("1");
        for (int i = 0; i < 200; i++) {
            deep = JsonNodeFactory.instance.objectNode().set("a", deep);
        }
        JsonNode sample = JsonNodeFactory.instance.objectNode().set("sample", deep);

        assertThatThrownBy(() -> ScanMetadata.of(sample)).hasMessageContaining("groups at most 8 deep");
    }

    @Test
    void shouldMergeWhatBecomesKnown() {
        ScanMetadata before = of("""
                {'positioners': {'samy': {'units': 'mm', 'start': 0}}, 'sample': {'name': 'a', 'mass': 1},
                 'notes': [{'data': 'one'}], 'users': [{'name': 'x'}]}
                """);

        ScanMetadata after = before.merge(json("""
                {'positioners': {'samy': {'end': 4}}, 'sample': {'mass': null}, 'notes': [{'data': 'two'}],
                 'users': [{'name': 'y'}]}
                """));

        assertThat(positioner(after).start()).isEqualTo(new Value(0.0, "mm"));
        assertThat(positioner(after).end()).isEqualTo(new Value(4.0, "mm"));
        assertThat(after.sample().nodes()).containsOnlyKeys("name");
        assertThat(after.notes()).extracting(Note::data).containsExactly("one", "two");
        assertThat(after.users())
                .singleElement()
                .satisfies(user -> assertThat(user.value("name")).isEqualTo(Value.of("y")));
        assertThat(before.notes()).hasSize(1);
        assertThat(before.sample().nodes()).containsOnlyKeys("name", "mass");
    }

    @Test
    void shouldRefuseAPatchByWhatComesOfIt() {
        ScanMetadata before = of("{'positioners': {'samy': {'stream': 'samy'}}}");

        assertThatThrownBy(() -> before.merge(json("{'channels': {'samy': {'units': 'mm'}}}")))
                .hasMessageContaining("field=/positioners/samy/stream");
    }

    @Test
    void shouldKeepNotesThatAreJson() {
        Note note = of("{'notes': [{'data': {'n': 1}, 'file_name': 'conf.json'}]}")
                .notes()
                .getFirst();

        assertThat(note.type()).isEqualTo("application/json");
        assertThat(json(note.data())).isEqualTo(json("{'n': 1}"));
    }

    @Test
    void shouldNotChangeWithTheJsonItWasReadFrom() {
        ObjectNode source = json("{'sample': {'name': 'a'}}").deepCopy();
        ScanMetadata metadata = ScanMetadata.of(source);

        source.removeAll();
        metadata.json().removeAll();

        assertThat(metadata.json()).isEqualTo(json("{'sample': {'name': 'a'}}"));
        assertThat(List.of(metadata.isEmpty(), ScanMetadata.EMPTY.isEmpty())).containsExactly(false, true);
    }

    private static Positioner positioner(ScanMetadata metadata) {
        return Objects.requireNonNull(metadata.positioners().get("samy"));
    }

    private static ScanMetadata of(String json) {
        return ScanMetadata.of(json(json));
    }

    private static JsonNode json(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }
}
