package meltemi.peer;

import java.io.Serializable;
import java.util.Date;
import java.util.Objects;

/** A bean with a field of each kind, and a reference that may close a circle. */
public class Person implements Serializable {
    private String name;
    private int age;
    private long id;
    private double score;
    private boolean member;
    private Date born;
    private Person friend;

    public Person() {}

    public Person(String name, int age) {
        this.name = name;
        this.age = age;
        this.id = 0x1_0000_0000L + age;
        this.score = age / 3.0;
        this.member = age % 2 == 0;
        this.born = new Date(1_700_000_000_123L + age);
    }

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    public int getAge() {
        return age;
    }

    public void setAge(int age) {
        this.age = age;
    }

    public long getId() {
        return id;
    }

    public void setId(long id) {
        this.id = id;
    }

    public double getScore() {
        return score;
    }

    public void setScore(double score) {
        this.score = score;
    }

    public boolean isMember() {
        return member;
    }

    public void setMember(boolean member) {
        this.member = member;
    }

    public Date getBorn() {
        return born;
    }

    public void setBorn(Date born) {
        this.born = born;
    }

    public Person getFriend() {
        return friend;
    }

    public void setFriend(Person friend) {
        this.friend = friend;
    }

    /** Equal in all but the friend, of whom only the name counts: friends may be each other's. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Person that
                && Objects.equals(name, that.name)
                && age == that.age
                && id == that.id
                && score == that.score
                && member == that.member
                && Objects.equals(born, that.born)
                && Objects.equals(friend == null ? null : friend.name, that.friend == null ? null : that.friend.name);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, age);
    }
}
