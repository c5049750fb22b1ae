package activity_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestTypesAreParsedByTheirNames(t *testing.T) {
	t.Parallel()
	for _, want := range activity.Types {
		if got, ok := activity.Parse(want.String()); !ok || got != want {
			t.Errorf("%q is the type %v, %v", want, got, ok)
		}
	}
	for _, name := range []string{"", "Review", "reviews", "type 9"} {
		if got, ok := activity.Parse(name); ok {
			t.Errorf("%q is the type %v, want none", name, got)
		}
	}
}

func all(t *testing.T, k *testkit.Kit) (rows []activity.Activity) {
	t.Helper()
	k.Write(t, func(tx *gorm.DB) error { return tx.Order("id").Find(&rows).Error })
	return rows
}

func TestActivitiesAreRecordedOnceAndGoWithTheirObjects(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	me, at := k.Join(t, 1)[0], database.Time(k.Clock.Now())
	entry := func(typ activity.Type, object int64) activity.Entry {
		return activity.Entry{UserID: me, Type: typ, ObjectID: object, At: at}
	}
	k.Write(t, func(tx *gorm.DB) error {
		for _, e := range []activity.Entry{entry(activity.List, 7), entry(activity.Comment, 7), entry(activity.List, 8)} {
			if err := activity.Record(tx, e); err != nil {
				return err
			}
		}
		if err := activity.RecordOnce(tx, entry(activity.List, 7)); err != nil {
			return err
		}
		return activity.RecordOnce(tx, entry(activity.List, 9))
	})
	want := []activity.Activity{
		{ID: 1, UserID: me, Type: activity.List, ObjectID: 7, CreatedAt: at},
		{ID: 2, UserID: me, Type: activity.Comment, ObjectID: 7, CreatedAt: at},
		{ID: 3, UserID: me, Type: activity.List, ObjectID: 8, CreatedAt: at},
		{ID: 4, UserID: me, Type: activity.List, ObjectID: 9, CreatedAt: at},
	}
	if diff := cmp.Diff(want, all(t, k)); diff != "" {
		t.Fatalf("recorded (-want +got):\n%s", diff)
	}
	k.Write(t, func(tx *gorm.DB) error { return activity.Remove(tx, activity.List) })
	k.Write(t, func(tx *gorm.DB) error { return activity.Remove(tx, activity.List, 9, 7, 100) })
	if diff := cmp.Diff(want[1:3], all(t, k)); diff != "" {
		t.Errorf("left after the lists 7 and 9 (-want +got):\n%s", diff)
	}
}
