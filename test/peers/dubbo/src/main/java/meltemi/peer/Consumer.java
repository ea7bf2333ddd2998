package meltemi.peer;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.dubbo.config.MethodConfig;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;

/**
 * Arguments: the ports of all addresses with commas between them, serialization, then the scenarios to run (all but
 * «steady», where none is named). One line of JSON for each.
 */
public final class Consumer {
    private Consumer() {}

    public static void main(String[] arguments) {
        MethodConfig note = new MethodConfig();
        note.setName("note");
        note.setReturn(false);
        ReferenceConfig<Everything> reference = new ReferenceConfig<>();
        reference.setInterface(Everything.class);
        reference.setUrl(Arrays.stream(arguments[0].split(","))
                .map(port -> "dubbo://" + Loopback.ADDRESS + ":" + port)
                .collect(Collectors.joining(";")));
        reference.setVersion("1.2.3");
        reference.setGroup("peers");
        reference.setMethods(List.of(note));
        reference.setTimeout(10_000);
        reference.setRetries(0);
        reference.setParameters(
                Map.of("serialization", arguments[1], "prefer.serialization", arguments[1], "payload", "67108864", "heartbeat", "1000"));
        DubboBootstrap bootstrap = DubboBootstrap.getInstance()
                .application(Loopback.application("meltemi-consumer"))
                .reference(reference)
                .start();
        int failed = new Scenarios(reference.get()).run(List.of(arguments).subList(2, arguments.length));
        bootstrap.stop();
        System.exit(failed == 0 ? 0 : 1);
    }
}
