package meltemi.peer;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** One method for each kind of call that has to pass a proxy unharmed. */
public interface Everything {
    String text(String text);

    Person person(Person person);

    List<Person> people(List<Person> people);

    Map<String, Object> map(Map<String, Object> map);

    Object[] mixed(int number, long big, double real, boolean flag, Object[] values);

    byte[] bytes(byte[] bytes);

    String nothing();

    void done(String text);

    String business(String text) throws OutOfStock;

    String runtime(String text);

    CompletableFuture<String> later(String text, int delayMs);

    String slow(int delayMs);

    /** Called one-way by the consumer. */
    void note(String text);

    /** Whether a `note` with this text has arrived. */
    boolean noted(String text);

    /** The string attachments that the provider received. */
    Map<String, String> attachments();

    String read(String text);

    String write(String text);

    /** No rule of the test routes this one. */
    String unrouted(String text);
}
